"""What the search routes answer."""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from serving import cursors
from serving.answers import Answer, as_json
from serving.cursors import Cursor
from serving.handlers import TITLES, Context
from serving.problems import Problem
from serving.shapes import FacetBody, HitBody, SearchBody, SuggestionBody, SuggestionsBody
from ummid.catalog.times import iso
from ummid.errors import UmmidError
from ummid.search.asked import Asked
from ummid.search.labels import token
from ummid.search.published import window_tokens
from ummid.search.searcher import Found, Place
from ummid.stores.vectors import Filter

FACETS = ("type", "genre", "language", "country", "partner")
SEARCH = "/api/v1/search"
_FACETED = 20
_SIDES = ("words", "meaning", "hints", "exact")
_DAY_MS = 86_400_000


def search(
    context: Context,
    q: str,
    limit: int,
    explain: bool,
    per_series: int,
    cursor: Cursor | None,
    **asked: Any,
) -> Answer:
    """By words and meaning together."""
    within = _filter(context, **asked)
    question = cursors.question(q, within, per_series)
    opened = context.finder.opened()
    asks = Asked(q, limit, within, cursors.place(cursor, question), per_series)
    answer = context.finder.answer(opened, asks, FACETS)
    degraded = answer.degraded or bool(opened.trouble)
    cursors.check(cursor, degraded)
    following = None
    if len(answer.found) == limit and answer.found[-1].score > 0:
        last = answer.found[-1]
        after = Cursor(question, degraded, Place(last.score, last.id))
        stated = {"q": q, "limit": limit, "explain": int(explain), "per_series": per_series}
        following = _address({**stated, **_as_asked(asked, within), "cursor": str(after)})
    body = SearchBody(
        serial=opened.serial,
        matched=answer.matched,
        hits=_hits(context, (one for one in answer.found if one.score > 0), explain),
        facets={
            space: tuple(
                FacetBody(f.token, f.documents, opened.catalogue.labels.written(space, f.token))
                for f in found[:_FACETED]
            )
            for space, found in answer.facets.items()
        },
        corrected=answer.corrected,
        degraded=degraded,
        next=following,
    )
    link = [("Link", f'<{following}>; rel="next"')] if following else []
    return as_json(body, context.cache_control, *link)


def semantic(context: Context, query: str, limit: int, per_series: int, **asked: Any) -> Answer:
    """By meaning alone."""
    return _by_meaning(context, query, limit, _filter(context, **asked), per_series)


def similar(context: Context, id: str, limit: int, per_series: int, **asked: Any) -> Answer:
    """By the meaning of a title's own texts, itself left out."""
    context.catalogue.document(id)
    text = context.finder.meaning(id)
    if not text:
        raise Problem("no-text", f"nothing is said of {id} that others could be compared with")
    return _by_meaning(context, text, limit, _filter(context, **asked), per_series, but=id)


def suggest(context: Context, prefix: str, limit: int) -> Answer:
    """Titles and people that begin as typed."""
    opened = context.finder.opened()
    found = opened.catalogue.names.suggest(prefix, limit)
    suggestions = tuple(SuggestionBody(s.text, s.kind, s.documents) for s in found)
    return as_json(SuggestionsBody(opened.serial, suggestions), context.cache_control)


def _by_meaning(
    context: Context,
    text: str,
    limit: int,
    within: Filter,
    per_series: int,
    but: str | None = None,
) -> Answer:
    opened = context.finder.opened()
    try:
        hits = opened.by_meaning(text, limit + (but is not None), within, per_series)
    except UmmidError as error:
        raise Problem("search-unavailable", str(error)) from error
    found = [Found(h.id, h.score, 0, h.score, 0, 0, h.score) for h in hits if h.id != but][:limit]
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
            score=round(one.score, 6),
            href=TITLES + one.id,
            explained=_explained(one) if explain else {},
        )
        for one in listed
        if one.id in named
    )


def _explained(one: Found) -> dict[str, float | None]:
    """As exactly as the numbers are: their sum is the score."""
    sides = {side: round(getattr(one, side), 6) for side in _SIDES}
    return {**sides, "cosine": None if one.cosine is None else round(one.cosine, 6)}


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
        space: (token(space, written),) for space, written in tokens.items() if written is not None
    }
    years = (year_from, year_to)
    return Filter(allow, {}, {} if years == (None, None) else {"year": years}, on)


def _as_asked(asked: Mapping[str, Any], within: Filter) -> dict[str, Any]:
    """Filters as they were asked; where no day was, the one that it was: a list goes on as it
    began after midnight too.
    """
    stated = {name: value for name, value in asked.items() if value is not None}
    if within.on is not None:
        stated["at"] = iso(within.on[1] * _DAY_MS)
    return stated


def _address(stated: Mapping[str, Any]) -> str:
    return f"{SEARCH}?{urlencode({name: value for name, value in stated.items() if value})}"
