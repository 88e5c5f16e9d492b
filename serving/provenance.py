"""Why each field of a title holds what it holds, joined with where it was stated."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from serving.shapes import (
    ClaimantBody,
    ClaimBody,
    ConflictBody,
    FieldBody,
    ItemBody,
    LoserBody,
    ProvenanceBody,
    SourceBody,
)
from ummid.catalog.model import SourceRecord
from ummid.catalog.texts import entries
from ummid.catalog.times import iso
from ummid.catalog.title import Contribution, FieldProvenance, Title
from ummid.views.state import RecordState

_UNIONS: Mapping[str, tuple[str, ...]] = {
    "ids": ("ids", "own_id"),
    "parents": ("parents",),
    "links": ("links",),
    "versions": ("versions",),
    "technical": ("technical",),
    "airings": ("airings",),
    "doubts": ("warnings",),
}
"""Fields that keep what everybody says, and the parts of a statement they are made of."""

_ABOUT = frozenset({"completeness", "quality", "conflicts", "sources", "provenance"})
_NOT_STATED = frozenset({"id", "title", "airings_omitted", *_ABOUT, *_UNIONS})


def provenance(title: Title, states: Sequence[RecordState | None]) -> ProvenanceBody:
    """`states` are those of the title's sources, in their order."""
    records = {
        source.record: state.record()
        for source, state in zip(title.sources, states, strict=True)
        if state is not None and state.has_content
    }
    fields = dict(sorted((*_chosen(title), *_made(title, records))))
    sources = tuple(_source(s, state) for s, state in zip(title.sources, states, strict=True))
    return ProvenanceBody(
        title.id, title.completeness, title.quality, _conflicts(title), fields, sources
    )


def _chosen(title: Title) -> Iterator[tuple[str, FieldBody]]:
    """Fields with a winner. One that the title does not explain comes from its first source."""
    for name, why in title.provenance.items():
        losers = tuple(LoserBody(loser.record, loser.value) for loser in why.losers)
        if why.by:
            yield name, _grown(title, name, why, losers)
        else:
            yield name, FieldBody(why.rule, why.record, losers=losers)
    first = title.sources[0].record
    for field in msgspec.structs.fields(title):
        name = field.name
        if name in _NOT_STATED or name in title.provenance or not getattr(title, name):
            continue
        explained = sum(key.startswith(f"{name}.") for key in title.provenance)
        if not explained or explained < len(getattr(title, name)):
            yield name, FieldBody("only", first)


def _grown(
    title: Title, name: str, why: FieldProvenance, losers: tuple[LoserBody, ...]
) -> FieldBody:
    """A list that several statements add to, item by item."""
    sources = [source.record for source in title.sources]
    items = tuple(
        ItemBody(value, tuple(sources[place] for place in by))
        for value, by in zip(entries(title, name), why.by, strict=True)
    )
    stating = sorted({place for by in why.by for place in by})
    return FieldBody(
        why.rule, records=tuple(sources[place] for place in stating), items=items, losers=losers
    )


def _conflicts(title: Title) -> tuple[ConflictBody, ...]:
    partners = {source.record: source.partner for source in title.sources}
    return tuple(
        ConflictBody(
            conflict.field,
            conflict.reason,
            tuple(
                ClaimBody(claim.value, tuple(ClaimantBody(r, partners[r]) for r in claim.records))
                for claim in conflict.claims
            ),
        )
        for conflict in title.conflicts
    )


def _made(title: Title, records: Mapping[str, SourceRecord]) -> Iterator[tuple[str, FieldBody]]:
    """Fields made of what several statements say, and the display title."""
    for name, parts in _UNIONS.items():
        if getattr(title, name) and name not in title.provenance:
            stating = tuple(
                one for one, record in records.items() if any(getattr(record, p) for p in parts)
            )
            yield name, FieldBody("union", records=stating)
    if title.title:
        stating = tuple(
            one
            for one, record in records.items()
            if any(text.value == title.title for text in record.titles)
        )
        yield "title", FieldBody("derived", records=stating)


def _source(source: Contribution, state: RecordState | None) -> SourceBody:
    stated = state.content_version if state is not None else None
    return SourceBody(
        record=source.record,
        partner=source.partner,
        format=source.format,
        own_id=source.own_id,
        path=state.source.path if state else None,
        place=state.source.place if state else None,
        run=state.run if state else None,
        stated_at=iso(stated.time) if stated else None,
        received_at=iso(stated.received) if stated else None,
    )
