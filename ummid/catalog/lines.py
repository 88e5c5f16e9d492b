"""A statement as a line of JSON, with the summary that tools look for first."""

from operator import attrgetter
from typing import Any

import msgspec

from ummid.catalog.identifiers import best
from ummid.catalog.model import Rejected, SourceRecord
from ummid.catalog.texts import display_title

_encode = msgspec.json.Encoder().encode


def record_line(record: SourceRecord) -> bytes:
    return _encode(_record_view(record)) + b"\n"


def rejected_line(rejected: Rejected) -> bytes:
    """With its path, place and reason on top."""
    fields: dict[str, Any] = msgspec.to_builtins(rejected)
    source = fields.pop("source")
    view = {"path": source["path"], "place": source["place"], "reason": fields.pop("reason")}
    return _encode(view | fields) + b"\n"


def _record_view(record: SourceRecord) -> dict[str, Any]:
    """`titles` has one title per language, `ids` one value per scheme (the partner's own id
    under `partner`); `title_texts` and `identifiers` have all of them.
    """
    ids = {i.scheme: best(record.ids, i.scheme) for i in record.ids}
    if record.own_id:
        ids["partner"] = record.own_id
    titles: dict[str, str] = {}
    for text in sorted(record.titles, key=lambda t: t.use != "display"):
        titles.setdefault(text.language, text.value)
    view: dict[str, Any] = {
        "format": record.format,
        "partner": record.partner,
        "kind": record.kind,
        "title": display_title(record.titles),
        "titles": titles,
        "year": record.year,
        "ids": ids,
        "languages": _languages(record),
        "territories": _territories(record),
        "grants": record.grants,
        "source": record.source,
        "title_texts": record.titles,
        "identifiers": record.ids,
    }
    for name, default, value in zip(_OTHERS, _DEFAULTS, _others(record), strict=True):
        if value is not default and value != {}:
            view[name] = value
    return view


_SUMMED_UP = frozenset(
    ("format", "partner", "kind", "titles", "year", "ids", "languages", "grants", "source")
)
_FIELDS = [f for f in msgspec.structs.fields(SourceRecord) if f.name not in _SUMMED_UP]
_OTHERS = [field.name for field in _FIELDS]
_DEFAULTS = [field.default for field in _FIELDS]
_others = attrgetter(*_OTHERS)


def _languages(record: SourceRecord) -> list[str]:
    """Languages stated for the work itself, else those it is described in."""
    stated = dict.fromkeys(
        lang for lang in (record.original_language, *record.languages) if lang is not None
    )
    described = dict.fromkeys(t.language for t in record.titles if t.language != "und")
    return list(stated or described)


def _territories(record: SourceRecord) -> list[str]:
    codes: dict[str, None] = {}
    for grant in record.grants:
        if grant.territories:
            codes.update(dict.fromkeys(grant.territories.included))
    return list(codes)
