"""Refusals: whatever goes wrong in a request, answered as a problem."""

from urllib.parse import quote

from flask import Flask, current_app, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed, NotFound

from serving import problems
from serving.answers import Answer
from serving.problems import Problem
from ummid.errors import StoreError

REQUEST_ID = "ummid.request_id"
"""Where the WSGI environment holds the id of the request."""

_RETRY_AFTER = "5"


def register(app: Flask) -> None:
    """Makes every error of the application a problem."""
    app.register_error_handler(Problem, _problem)
    app.register_error_handler(StoreError, _unreadable)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _failure)


def _problem(problem: Problem, *more: tuple[str, str]) -> Answer:
    body = problems.body(problem, quote(request.path), request.environ[REQUEST_ID])
    return _refusal(body, problem.type.status, *more)


def _unreadable(error: StoreError) -> Answer:
    current_app.logger.error("request %s: %s", request.environ[REQUEST_ID], error)
    problem = Problem("store-unavailable", "the store of this server cannot be read")
    return _problem(problem, ("Retry-After", _RETRY_AFTER))


def _http(error: HTTPException) -> Answer:
    if isinstance(error, NotFound):
        return _problem(Problem("unknown-path", "the API has nothing at this address"))
    if isinstance(error, MethodNotAllowed):
        allowed = ", ".join(sorted(error.valid_methods or ()))
        problem = Problem("method-not-allowed", f"this resource takes {allowed}")
        return _problem(problem, ("Allow", allowed))
    status = error.code or 500
    body = problems.plain(
        status,
        error.name,
        error.description or error.name,
        quote(request.path),
        request.environ[REQUEST_ID],
    )
    return _refusal(body, status)


def _failure(error: Exception) -> Answer:
    current_app.logger.error("request %s failed", request.environ[REQUEST_ID], exc_info=error)
    return _problem(
        Problem("internal-error", "the request could not be answered; it has been logged")
    )


def _refusal(body: bytes, status: int, *more: tuple[str, str]) -> Answer:
    headers = [("Content-Type", problems.MEDIA_TYPE), ("Cache-Control", "no-store"), *more]
    return Answer(body, headers, status)
