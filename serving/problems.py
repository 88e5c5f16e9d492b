"""Errors as RFC 9457 problem details: one shape, stable types, no internals."""

from collections.abc import Mapping, Sequence

import msgspec
from msgspec import Struct

MEDIA_TYPE = "application/problem+json"


class ProblemType(Struct, frozen=True):
    """One kind of problem. Its URI, `/problems/<slug>`, never changes and explains it."""

    slug: str
    status: int
    title: str
    help: str

    @property
    def uri(self) -> str:
        return f"/problems/{self.slug}"


PROBLEMS: Mapping[str, ProblemType] = {
    p.slug: p
    for p in (
        ProblemType(
            "bad-parameter",
            400,
            "A parameter cannot be used",
            "`errors` names each parameter by a pointer and says what it takes.",
        ),
        ProblemType(
            "bad-cursor",
            400,
            "The cursor does not continue this list",
            "A cursor is taken as an answer's `next` gave it, with the same question. Where the "
            "order has changed since, the list is begun again, without cursor.",
        ),
        ProblemType(
            "unknown-title",
            404,
            "No such title",
            "No title was ever published under this id. Ids come from lookups, links and the "
            "change feed; one that was ever served keeps resolving.",
        ),
        ProblemType(
            "no-text",
            404,
            "Nothing to compare",
            "The title has no text that likeness could be judged by.",
        ),
        ProblemType(
            "search-unavailable",
            503,
            "Nothing is indexed yet",
            "The catalogue has titles but no index to search them by; its operator runs "
            "`ummid index`. Lookups and availability answer meanwhile.",
        ),
        ProblemType(
            "unknown-identifier",
            404,
            "No title carries this identifier",
            "Nothing in the catalogue carries this value under this scheme.",
        ),
        ProblemType(
            "unknown-path", 404, "No such resource", "The API has nothing at this address."
        ),
        ProblemType(
            "method-not-allowed",
            405,
            "This method is not allowed here",
            "`Allow` lists the methods of the resource.",
        ),
        ProblemType(
            "withdrawn-title",
            410,
            "The title was withdrawn",
            "It was in the catalogue and no partner states it any more. It returns under the "
            "same id if one does.",
        ),
        ProblemType(
            "internal-error",
            500,
            "Something went wrong here",
            "Not the caller's fault. Quote `request_id` when reporting it.",
        ),
        ProblemType(
            "store-unavailable",
            503,
            "The catalogue cannot be read now",
            "The store is missing or not readable. Try again after `Retry-After` seconds.",
        ),
    )
}


class Fault(Struct, frozen=True):
    """One thing that is wrong: a JSON pointer into {path, query} and what it takes."""

    pointer: str
    detail: str


class Problem(Exception):
    """Raised by a route to answer with a problem."""

    def __init__(self, slug: str, detail: str, errors: Sequence[Fault] = ()) -> None:
        super().__init__(detail)
        self.type = PROBLEMS[slug]
        self.detail = detail
        self.errors = tuple(errors)


class ProblemDetails(Struct, frozen=True, omit_defaults=True):
    """The body of every answer with a status of 400 or more."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str
    errors: tuple[Fault, ...] = ()


def body(problem: Problem, instance: str, request_id: str) -> bytes:
    kind = problem.type
    return msgspec.json.encode(
        ProblemDetails(
            kind.uri,
            kind.title,
            kind.status,
            problem.detail,
            instance,
            request_id,
            problem.errors,
        )
    )


def plain(status: int, title: str, detail: str, instance: str, request_id: str) -> bytes:
    """A problem that says no more than its HTTP status (RFC 9457 section 4.2.1)."""
    return msgspec.json.encode(
        ProblemDetails("about:blank", title, status, detail, instance, request_id)
    )
