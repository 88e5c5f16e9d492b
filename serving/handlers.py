"""What each route answers. Handlers take read parameters and never see the request."""

from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import quote

from serving.answers import JSON, Answer, Cache, as_json
from serving.catalogue import Catalogue
from serving.finder import Finder
from serving.problems import PROBLEMS, Problem
from serving.provenance import provenance
from serving.shapes import (
    AvailabilityBody,
    ChangeBody,
    ChangesBody,
    CollisionBody,
    EdgeBody,
    HealthBody,
    LookupBody,
    ProblemTypeBody,
    RightsBody,
    TitleBody,
    TitleReference,
)
from ummid.catalog.identifiers import external_id
from ummid.catalog.localised import language_shown, localised
from ummid.catalog.times import iso
from ummid.rights.collisions import Collision
from ummid.rights.windows import written
from ummid.stores.hypergraph import Edge
from ummid.views.grants import edge_id, in_words

TITLES = "/api/v1/titles/"
CHANGES = "/api/v1/changes"


class Context(NamedTuple):
    """What a handler works with. `clock` gives the time in epoch ms."""

    catalogue: Catalogue
    finder: Finder
    clock: Callable[[], int]
    cache: Cache
    cache_control: str


def title(context: Context, id: str, lang: str | None = None) -> Answer:
    """The stored bytes: body and validator were made when the title was published.

    What was generated about it follows as a part of its own. Only an answer in a language is
    made when asked for.
    """
    if lang is not None:
        return _localised(context, id, lang)
    found = context.catalogue.served(id)
    headers = [
        ("Content-Type", JSON),
        ("Cache-Control", context.cache_control),
        ("Surrogate-Key", f"title/{id}"),
    ]
    return Answer(found.body, headers, etag=f'"{found.etag}"')


def _localised(context: Context, id: str, lang: str) -> Answer:
    found = localised(context.catalogue.title(id), lang)
    headers = [("Surrogate-Key", f"title/{id}")]
    if shown := language_shown(found):
        headers.append(("Content-Language", shown))
    body = TitleBody.of(found, context.catalogue.generated(id))
    return as_json(body, context.cache_control, *headers)


def availability(
    context: Context, id: str, territory: str, at: int | None, as_of: int | None
) -> Answer:
    catalogue, now = context.catalogue, context.clock() // 1000 * 1000
    moment = now if at is None else at
    known = catalogue.availability(id, territory, moment, as_of)
    answer, reason = known.answer, known.answer.reason
    if known.since is None and as_of is not None:
        reason = f"nothing was known of this title's grants at {written(as_of)}"
    asked = as_of if as_of is not None else now if known.since is None else known.since
    body = AvailabilityBody(
        title=id,
        territory=territory,
        at=written(moment),
        as_of=written(asked),
        known_since=None if known.since is None else iso(known.since),
        serial=catalogue.serial(),
        status=answer.status,
        reason=reason,
        deciding=answer.deciding,
        next_change=None if answer.next_change is None else written(answer.next_change),
        offers=answer.offers,
    )
    keeps = context.cache_control
    if at is None and answer.next_change is not None:
        keeps = context.cache.header((answer.next_change - moment) // 1000)
    elif at is None:
        keeps = context.cache.header(context.cache.shared)
    return as_json(body, keeps, ("Surrogate-Key", f"title/{id} territory/{territory}"))


def title_rights(context: Context, id: str, as_of: int | None) -> Answer:
    edges, found = context.catalogue.rights(id, as_of)
    body = RightsBody(
        title=id,
        as_of=_moment(as_of),
        serial=context.catalogue.serial(),
        edges=tuple(_edge(one) for one in edges),
        collisions=tuple(_collision(one) for one in found),
    )
    return as_json(body, context.cache_control, ("Surrogate-Key", f"title/{id}"))


def _edge(edge: Edge) -> EdgeBody:
    return EdgeBody(
        id=edge.id,
        start=_moment(edge.start),
        end=_moment(edge.end),
        members={role: edge.values(role) for role, _ in edge.members},
        words=in_words(edge),
    )


def _collision(found: Collision) -> CollisionBody:
    one, other = (edge_id(o.record, o.grant.key) for o in (found.one, found.other))
    return CollisionBody(
        edges=(one, other),
        licence=found.one.grant.licence,
        places=found.places,
        start=_moment(found.start),
        end=_moment(found.end),
        certain=found.certain,
    )


def _moment(instant: int | None) -> str | None:
    return None if instant is None else written(instant)


def title_provenance(context: Context, id: str) -> Answer:
    found = context.catalogue.title(id)
    body = provenance(found, context.catalogue.sources(found))
    return as_json(body, context.cache_control, ("Surrogate-Key", f"title/{id}"))


def lookup(context: Context, scheme: str, value: str) -> Answer:
    """As asked first; then in the one spelling that the catalogue files the scheme under."""
    name, spelling = scheme, value
    found = context.catalogue.lookup(name, spelling)
    if not found and (normal := external_id(scheme, value)) is not None:
        name, spelling = normal.scheme, normal.value
        found = context.catalogue.lookup(name, spelling)
    if not found:
        raise Problem("unknown-identifier", f"no title carries {scheme} {value[:200]!r}")
    references = tuple(TitleReference(one, TITLES + one) for one in found)
    return as_json(LookupBody(name, spelling, references), context.cache_control)


def changes(context: Context, since: int, limit: int) -> Answer:
    catalogue = context.catalogue
    newest = catalogue.serial()
    found = catalogue.changes(since, limit + 1)
    following_page = None
    if len(found) > limit:
        found.pop()
        following_page = f"{CHANGES}?since={found[-1].serial}&limit={limit}"
    body = ChangesBody(
        since=since,
        serial=newest,
        changes=tuple(
            ChangeBody(c.serial, c.title, c.change, iso(c.at), c.run, c.parts, TITLES + c.title)
            for c in found
        ),
        next=following_page,
    )
    link = [("Link", f'<{following_page}>; rel="next"')] if following_page else []
    return as_json(body, context.cache_control, *link)


def livez(context: Context) -> Answer:
    return as_json(HealthBody("ok"), context.cache_control)


def readyz(context: Context) -> Answer:
    """Reads the store; what keeps it from that is answered as 503."""
    return as_json(HealthBody("ready", context.catalogue.serial()), context.cache_control)


def problem_type(context: Context, slug: str) -> Answer:
    kind = PROBLEMS.get(slug)
    if kind is None:
        raise Problem("unknown-path", f"no problem type is called {quote(slug[:100])}")
    return as_json(
        ProblemTypeBody(kind.uri, kind.title, kind.status, kind.help), context.cache_control
    )
