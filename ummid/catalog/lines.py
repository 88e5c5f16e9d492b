"""A statement as a line of JSON, with the summary that tools look for first."""

from itertools import chain
from operator import attrgetter
from typing import Any

import msgspec
from msgspec import NODEFAULT, Struct

from ummid.catalog.grants import Grant
from ummid.catalog.identifiers import best
from ummid.catalog.model import Rejected, SourceRecord, Text
from ummid.catalog.texts import display_title

_encode = msgspec.json.Encoder().encode


def record_line(record: SourceRecord) -> bytes:
    return _encode(_view(record)) + b"\n"


def rejected_line(rejected: Rejected) -> bytes:
    """With its path, place and reason on top."""
    fields: dict[str, Any] = msgspec.to_builtins(rejected)
    source = fields.pop("source")
    view = {"path": source["path"], "place": source["place"], "reason": fields.pop("reason")}
    return _encode(view | fields) + b"\n"


def _view(record: SourceRecord) -> Struct:
    """`titles` has one title per language, `ids` one value per scheme (the partner's own id
    under `partner`); `title_texts` and `identifiers` have all of them.
    """
    ids = {i.scheme: best(record.ids, i.scheme) for i in record.ids}
    if record.own_id:
        ids["partner"] = record.own_id
    return _Line(
        record.format,
        record.partner,
        record.kind,
        display_title(record.titles),
        _titles(record.titles),
        record.year,
        ids,
        _languages(record),
        _territories(record.grants),
        record.grants,
        record.source,
        record.titles,
        record.ids,
        *_values(record),
    )


_SUMMARY = (
    "format", "partner", "kind", "title", "titles", "year", "ids", "languages", "territories",
    "grants", "source", "title_texts", "identifiers",
)  # fmt: skip
"""What every line has. Whatever else a record states follows."""

_others = [f for f in msgspec.structs.fields(SourceRecord) if f.name not in _SUMMARY]
_values = attrgetter(*(field.name for field in _others))
_Line = msgspec.defstruct(
    "_Line",
    [
        *((name, Any) for name in _SUMMARY),
        *((f.name, Any) for f in _others if f.required),
        *(
            (f.name, Any, {} if f.default is NODEFAULT else f.default)
            for f in _others
            if not f.required
        ),
    ],
    omit_defaults=True,
    gc=False,
)


def _titles(titles: tuple[Text, ...]) -> dict[str, str]:
    """The first display title in each language, else the first of any use."""
    if len(titles) == 1:
        return {titles[0].language: titles[0].value}
    found: dict[str, str] = {}
    for text in sorted(titles, key=lambda t: t.use != "display"):
        found.setdefault(text.language, text.value)
    return found


def _languages(record: SourceRecord) -> list[str]:
    """Languages stated for the work itself, else those it is described in."""
    named = (record.original_language, *record.languages)
    stated = dict.fromkeys([lang for lang in named if lang is not None])
    described = dict.fromkeys([t.language for t in record.titles if t.language != "und"])
    return list(stated or described)


def _territories(grants: tuple[Grant, ...]) -> list[str]:
    sets = [grant.territories.included for grant in grants if grant.territories]
    return list(dict.fromkeys(chain.from_iterable(sets)))
