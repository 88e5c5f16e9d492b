"""What the search routes answer."""

from collections.abc import Iterable, Mapping
from typing import Any

from serving.answers import Answer, as_json
from serving.handlers import TITLES, Context
from serving.problems import Problem
from serving.shapes import FacetBody, HitBody, SearchBody, SuggestionBody, SuggestionsBody
from ummid.errors import UmmidError
from ummid.search.published import window_tokens
from ummid.search.searcher import Found
from ummid.stores.vectors import Filter

FACETS = ("type", "genre", "language", "country", "partner")
_FACETED = 20
_SIDES = ("words", "meaning", "hints", "exact")
_DAY_MS = 86_400_000


def search(context: Context, q: str, limit: int, explain: bool, **asked: Any) -> Answer:
    """By words and meaning together."""
    opened = context.finder.opened()
    answer = opened.searcher.search(q, limit, _filter(context, **asked))
    counted = opened.catalogue.restricted.facets(answer.matched, FACETS)
    body = SearchBody(
        serial=opened.serial,
        matched=int(answer.matched.sum()),
        hits=_hits(context, (one for one in answer.found if one.score > 0), explain),
        facets={
            space: tuple(FacetBody(f.token, f.documents) for f in found[:_FACETED])
            for space, found in counted.items()
        },
        corrected=answer.corrected,
        degraded=answer.degraded or bool(opened.trouble),
    )
    return as_json(body, context.cache_control)


def semantic(context: Context, query: str, limit: int, **asked: Any) -> Answer:
    """By meaning alone."""
    return _by_meaning(context, query, limit, _filter(context, **asked))


def similar(context: Context, id: str, limit: int, **asked: Any) -> Answer:
    """By the meaning of a title's own texts, itself left out."""
    context.catalogue.document(id)
    text = context.finder.meaning(id)
    if not text:
        raise Problem("no-text", f"nothing is said of {id} that others could be compared with")
    return _by_meaning(context, text, limit, _filter(context, **asked), but=id)


def suggest(context: Context, prefix: str, limit: int) -> Answer:
    """Titles and people that begin as typed."""
    opened = context.finder.opened()
    found = opened.catalogue.names.suggest(prefix, limit)
    suggestions = tuple(SuggestionBody(s.text, s.kind, s.documents) for s in found)
    return as_json(SuggestionsBody(opened.serial, suggestions), context.cache_control)


def _by_meaning(
    context: Context, text: str, limit: int, within: Filter, but: str | None = None
) -> Answer:
    opened = context.finder.opened()
    try:
        hits = opened.by_meaning(text, limit + (but is not None), within)
    except UmmidError as error:
        raise Problem("search-unavailable", str(error)) from error
    found = [Found(h.id, h.score, 0, h.score, 0, 0) for h in hits if h.id != but][:limit]
    body = SearchBody(opened.serial, len(found), _hits(context, found, False))
    return as_json(body, context.cache_control)


def _hits(context: Context, found: Iterable[Found], explain: bool) -> tuple[HitBody, ...]:
    """Titles that were withdrawn since they were indexed are left out."""
    listed = list(found)
    named = context.finder.named(one.id for one in listed)
    return tuple(
        HitBody(
            id=one.id,
            title=named[one.id].title,
            kind=named[one.id].kind,
            year=named[one.id].year,
            score=round(one.score, 4),
            href=TITLES + one.id,
            explained=_explained(one) if explain else {},
        )
        for one in listed
        if one.id in named
    )


def _explained(one: Found) -> dict[str, float]:
    return {side: round(getattr(one, side), 4) for side in _SIDES}


def _filter(
    context: Context,
    territory: str | None,
    platform: str | None,
    at: int | None,
    year_from: int | None,
    year_to: int | None,
    **tokens: str | None,
) -> Filter:
    """Raises Problem for a platform or a day without a territory: offers are for territories."""
    if territory is None and (platform is not None or at is not None):
        raise Problem("bad-parameter", "platform and at ask for a territory, such as territory=FR")
    on = None
    if territory is not None:
        day = (context.clock() if at is None else at) // _DAY_MS
        on = window_tokens(territory, [platform] if platform else []), day
    allow: Mapping[str, tuple[str, ...]] = {
        space: (token,) for space, token in tokens.items() if token is not None
    }
    years = (year_from, year_to)
    return Filter(allow, {}, {} if years == (None, None) else {"year": years}, on)
