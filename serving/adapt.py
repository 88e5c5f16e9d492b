"""From a request to a handler's arguments, by what its route declares."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from flask import request

from serving.answers import Answer, Cache, as_json
from serving.catalogue import Moved
from serving.handlers import TITLES, Context
from serving.parameters import Parameter
from serving.problems import Fault, Problem
from serving.routes import Route
from serving.shapes import MovedBody


def view(route: Route, context: Context) -> Callable[..., Answer]:
    """The Flask view of a route: reads its parameters and answers what the handler does.

    All that is wrong with a request is said at once. Parameters that are not declared are
    refused: a misspelt one must not be ignored.
    """
    handler, in_path = route.handler, [p for p in route.parameters if p.place == "path"]
    in_query = {p.name: p for p in route.parameters if p.place == "query"}

    def answer(**raw: str) -> Answer:
        environ = request.environ
        faults: list[Fault] = []
        values = {p.name: _value(p, raw[p.name], faults) for p in in_path}
        if in_query or environ["QUERY_STRING"]:
            values |= _query(in_query, environ["QUERY_STRING"], faults)
        if faults:
            raise Problem(
                _problem_of(route, faults), "; ".join(f.detail for f in faults), errors=faults
            )
        try:
            return handler(context, **values)
        except Moved as moved:
            return _moved(route, raw["id"], moved.survivor, environ)

    return answer


def _query(declared: Mapping[str, Parameter], query: str, faults: list[Fault]) -> dict[str, Any]:
    stated: dict[str, str] = {}
    for name, raw in parse_qsl(query, keep_blank_values=True):
        if name not in declared:
            names = ", ".join(declared) or "none"
            detail = f"there is no parameter {name[:60]!r} here; there are: {names}"
            faults.append(_fault("query", name, detail))
        elif name in stated:
            faults.append(_fault("query", name, f"{name} may be given once"))
        else:
            stated[name] = raw
    values: dict[str, Any] = {}
    for name, parameter in declared.items():
        if name in stated:
            values[name] = _value(parameter, stated[name], faults)
        elif parameter.required:
            detail = f"{name} is required, for example {name}={parameter.example}"
            faults.append(_fault("query", name, detail))
        else:
            values[name] = parameter.default
    return values


def _value(parameter: Parameter, raw: str, faults: list[Fault]) -> Any:
    try:
        return parameter.kind.read(raw)
    except ValueError as error:
        faults.append(_fault(parameter.place, parameter.name, f"{parameter.name}: {error}"))
        return None


def _fault(place: str, name: str, detail: str) -> Fault:
    token = name[:60].replace("~", "~0").replace("/", "~1")
    return Fault(f"/{place}/{token}", detail)


def _problem_of(route: Route, faults: list[Fault]) -> str:
    """A parameter in the path that cannot be names nothing: that is a 404, not a 400."""
    wrong = {fault.pointer for fault in faults}
    special = (p.problem for p in route.parameters if f"/{p.place}/{p.name}" in wrong)
    return next((slug for slug in special if slug != "bad-parameter"), "bad-parameter")


def _moved(route: Route, title_id: str, survivor: str, environ: Mapping[str, Any]) -> Answer:
    """A title may part again: the answer is kept no longer than a title is."""
    query = urlencode(parse_qsl(environ["QUERY_STRING"], keep_blank_values=True))
    href = route.path.replace("{id}", survivor) + (f"?{query}" if query else "")
    body = MovedBody(title_id, survivor, TITLES + survivor)
    kept = Cache(route.cache.age, route.cache.age).header()
    return as_json(body, kept, ("Location", href), status=301)
