"""Every route of the API, declared once: the server and its documents are made of this."""

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from serving import handlers, searching
from serving.answers import Answer, Cache
from serving.cursors import CURSOR
from serving.parameters import (
    FLAG,
    INSTANT,
    LANGUAGE,
    TERRITORY,
    TEXT,
    TITLE_ID,
    Kind,
    Parameter,
    count,
)
from serving.shapes import (
    AvailabilityBody,
    ChangesBody,
    HealthBody,
    LookupBody,
    ProblemTypeBody,
    ProvenanceBody,
    RightsBody,
    SearchBody,
    SuggestionsBody,
    TitleBody,
)


class Route(Struct, frozen=True, kw_only=True):
    """One resource and how it is read.

    `path` names its parameters in braces (`{value}` with a `*` may hold slashes); `body` is
    the type of a 200; `errors` the slugs of its problems beside those of every route;
    `moves` says that a merged title answers 301 with the id that answers for it.
    """

    name: str
    path: str
    summary: str
    handler: Callable[..., Answer]
    body: type[Any]
    parameters: tuple[Parameter, ...] = ()
    errors: tuple[str, ...] = ()
    cache: Cache = Cache(0)
    moves: bool = False


EVERY_ROUTE = ("bad-parameter", "method-not-allowed", "internal-error", "store-unavailable")
"""Problems that any route may answer with."""

_CATALOGUE = Cache(age=60, shared=3600, stale=300, broken=86400)

_ID = Parameter(
    name="id",
    place="path",
    kind=TITLE_ID,
    required=True,
    help="Id of the title. One that was ever served resolves for ever.",
    example="0b2e9d3f7a1b5c8d4e6f",
    problem="unknown-title",
)


_AS_OF = Parameter(
    name="as_of",
    place="query",
    kind=INSTANT,
    help="By what the catalogue knew at that instant. Default: all it knows.",
    example="2025-02-01T00:00:00Z",
)


def _narrowing(name: str, help: str, example: str, kind: Kind = TEXT) -> Parameter:
    return Parameter(name=name, place="query", kind=kind, help=help, example=example)


_LIMIT = Parameter(
    name="limit",
    place="query",
    kind=count(1, 100),
    default=10,
    help="How many titles at most. Default: 10.",
    example="10",
)
_PER_SERIES = Parameter(
    name="per_series",
    place="query",
    kind=count(0, 100),
    default=0,
    help="How many titles of one series at most, itself among them. Default: 0, any number.",
    example="1",
)
_FILTERS = (
    _narrowing("territory", "Only what is available there (ISO 3166).", "FR", TERRITORY),
    _narrowing("platform", "Only what is available on it; asks for a territory.", "flix"),
    _narrowing("at", "The day, by its midnight in UTC; default: today.", "2025-03-01", INSTANT),
    _narrowing("type", "Only titles of this kind.", "film"),
    _narrowing("genre", "Only titles of this genre, however it is spelt.", "thriller"),
    _narrowing("language", "Only titles in this language.", "en", LANGUAGE),
    _narrowing("country", "Only titles of this country.", "FR"),
    _narrowing("partner", "Only titles that this partner lists.", "acme"),
    _narrowing("year_from", "The first year.", "1990", count(0, 9999)),
    _narrowing("year_to", "The last year, included.", "1999", count(0, 9999)),
)
_SEARCHED = Cache(age=30, shared=30)

ROUTES: tuple[Route, ...] = (
    Route(
        name="search",
        path="/api/v1/search",
        summary="Titles by names, people, words and meaning, with facets",
        handler=searching.search,
        body=SearchBody,
        parameters=(
            Parameter(
                name="q",
                place="query",
                kind=TEXT,
                required=True,
                help="What is looked for, in any words. There is no query language.",
                example="slow-burning thriller",
            ),
            _LIMIT,
            Parameter(
                name="explain",
                place="query",
                kind=FLAG,
                default=False,
                help="1: what each side added to each score.",
                example="1",
            ),
            Parameter(
                name="cursor",
                place="query",
                kind=CURSOR,
                help="Where a page ended, from `next`. The other parameters stay as they were.",
                example="ATJz3o0DP0F_AGYfgj9hMWIy",
                problem="bad-cursor",
            ),
            _PER_SERIES,
            *_FILTERS,
        ),
        errors=("bad-cursor", "search-unavailable"),
        cache=_SEARCHED,
    ),
    Route(
        name="semantic-search",
        path="/api/v1/search/semantic",
        summary="Titles by meaning alone",
        handler=searching.semantic,
        body=SearchBody,
        parameters=(
            Parameter(
                name="query",
                place="query",
                kind=TEXT,
                required=True,
                help="What it is about, in a sentence.",
                example="two brothers plan a last heist",
            ),
            _LIMIT,
            _PER_SERIES,
            *_FILTERS,
        ),
        errors=("search-unavailable",),
        cache=_SEARCHED,
    ),
    Route(
        name="suggestions",
        path="/api/v1/search/suggestions",
        summary="Titles and people that begin as typed",
        handler=searching.suggest,
        body=SuggestionsBody,
        parameters=(
            Parameter(
                name="prefix",
                place="query",
                kind=TEXT,
                required=True,
                help="What is typed so far.",
                example="the li",
            ),
            _LIMIT,
        ),
        errors=("search-unavailable",),
        cache=_SEARCHED,
    ),
    Route(
        name="similar",
        path="/api/v1/titles/{id}/similar",
        summary="Titles that are about the like",
        handler=searching.similar,
        body=SearchBody,
        parameters=(_ID, _LIMIT, _PER_SERIES, *_FILTERS),
        errors=("unknown-title", "withdrawn-title", "no-text", "search-unavailable"),
        cache=_SEARCHED,
        moves=True,
    ),
    Route(
        name="title",
        path="/api/v1/titles/{id}",
        summary="A title, with where its contested fields come from",
        handler=handlers.title,
        body=TitleBody,
        parameters=(
            _ID,
            Parameter(
                name="lang",
                place="query",
                kind=LANGUAGE,
                help="BCP 47 tag. One text per use and length, in the nearest language that there "
                "is: this one, the original one, English, any. Default: all texts.",
                example="fr-CA",
            ),
        ),
        errors=("unknown-title", "withdrawn-title"),
        cache=_CATALOGUE,
        moves=True,
    ),
    Route(
        name="availability",
        path="/api/v1/titles/{id}/availability",
        summary="What may be shown in a territory, the grant that decides, and why",
        handler=handlers.availability,
        body=AvailabilityBody,
        parameters=(
            _ID,
            Parameter(
                name="territory",
                place="query",
                kind=TERRITORY,
                required=True,
                help="ISO 3166-1 alpha-2 or ISO 3166-2 code. Never assumed.",
                example="FR",
            ),
            Parameter(
                name="at",
                place="query",
                kind=INSTANT,
                help="When it is to be shown: an instant with its zone, or a date, which means "
                "its midnight in UTC. Default: now.",
                example="2025-03-01",
            ),
            _AS_OF,
        ),
        errors=("unknown-title", "withdrawn-title"),
        cache=_CATALOGUE,
        moves=True,
    ),
    Route(
        name="rights",
        path="/api/v1/titles/{id}/rights",
        summary="Every grant on a title, what it ties together, and the grants that collide",
        handler=handlers.title_rights,
        body=RightsBody,
        parameters=(_ID, _AS_OF),
        errors=("unknown-title", "withdrawn-title"),
        cache=_CATALOGUE,
        moves=True,
    ),
    Route(
        name="provenance",
        path="/api/v1/titles/{id}/provenance",
        summary="Each field's winner, rule and losers, conflicts, scores, and each source's place",
        handler=handlers.title_provenance,
        body=ProvenanceBody,
        parameters=(_ID,),
        errors=("unknown-title", "withdrawn-title"),
        cache=_CATALOGUE,
        moves=True,
    ),
    Route(
        name="lookup",
        path="/api/v1/lookup/{scheme}/{value*}",
        summary="The titles that carry an external identifier",
        handler=handlers.lookup,
        body=LookupBody,
        parameters=(
            Parameter(
                name="scheme",
                place="path",
                kind=TEXT,
                required=True,
                help="`eidr`, `imdb`, `tmdb`, …, or `partner:<name>` for a partner's own ids.",
                example="eidr",
            ),
            Parameter(
                name="value",
                place="path",
                kind=TEXT,
                required=True,
                help="The identifier, slashes included.",
                example="10.5240/7791-8534-2C23-9030-8610-5",
            ),
        ),
        errors=("unknown-identifier",),
        cache=_CATALOGUE,
    ),
    Route(
        name="changes",
        path=handlers.CHANGES,
        summary="What was published, updated and withdrawn, by serial number",
        handler=handlers.changes,
        body=ChangesBody,
        parameters=(
            Parameter(
                name="since",
                place="query",
                kind=count(0, 10**15),
                default=0,
                help="The last serial already seen. Default: 0, from the beginning.",
                example="0",
            ),
            Parameter(
                name="limit",
                place="query",
                kind=count(1, 1000),
                default=100,
                help="How many changes at most. Default: 100.",
                example="100",
            ),
        ),
        cache=Cache(age=5, shared=5),
    ),
    Route(
        name="problem-type",
        path="/problems/{slug}",
        summary="What a problem type means",
        handler=handlers.problem_type,
        body=ProblemTypeBody,
        parameters=(
            Parameter(
                name="slug",
                place="path",
                kind=TEXT,
                required=True,
                help="The last part of a problem's `type`.",
                example="unknown-title",
            ),
        ),
        errors=("unknown-path",),
        cache=Cache(age=3600, shared=86400),
    ),
    Route(
        name="livez",
        path="/livez",
        summary="Whether the process runs",
        handler=handlers.livez,
        body=HealthBody,
    ),
    Route(
        name="readyz",
        path="/readyz",
        summary="Whether the process reads its store, and up to which change",
        handler=handlers.readyz,
        body=HealthBody,
    ),
)
