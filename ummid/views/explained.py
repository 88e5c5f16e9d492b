"""A title in words: how good it is, where its sources disagree, and who says what."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from ummid.catalog.texts import entries
from ummid.catalog.times import iso
from ummid.catalog.title import FieldProvenance, Score, Title
from ummid.models.enricher import Enrichment
from ummid.stores.table import Table
from ummid.views.state import RecordState, states

_WIDTH = 60
GENERATED_FIELDS = ("synopsis", "keywords", "moods", "themes", "audience", "warnings")


def explained(
    table: Table,
    title: Title,
    joined: Mapping[str, Sequence[str]] = {},
    enrichment: Enrichment | None = None,
) -> Iterator[str]:
    """Lines for a person; `joined` says in words what made each record a source.

    Partner text is quoted or escaped: it cannot write on a terminal.
    """
    filed = states(table, [source.record for source in title.sources])
    partners = {source.record: source.partner for source in title.sources}
    year = f", {title.year}" if title.year else ""
    yield f"{_shown(title.title)} ({title.kind}{year})  {title.id}"
    yield from _score("completeness", title.completeness)
    yield from _score("quality", title.quality)
    yield from _conflicts(title, partners)
    if title.provenance:
        yield "fields, where sources had a choice"
    for name in sorted(title.provenance):
        yield from _field(title, name, title.provenance[name], partners)
    yield "sources, the most authoritative on facts first"
    for source, state in zip(title.sources, filed, strict=True):
        yield f"  {source.record}  {_plain(source.partner)} {source.format}  {_place(state)}"
        for reason in joined.get(source.record, ()):
            yield f"    {_plain(reason)}"
    if enrichment is not None:
        yield from _generated(enrichment)


def _score(name: str, score: Score | None) -> Iterator[str]:
    if score is None:
        return
    yield f"{name} {score.score} of 100"
    for reason in score.reasons:
        yield f"  {_plain(reason)}"


def _conflicts(title: Title, partners: Mapping[str, str]) -> Iterator[str]:
    for conflict in title.conflicts:
        yield f"conflict on {_plain(conflict.field)}: {_plain(conflict.reason)}"
        for claim in conflict.claims:
            yield f"  {_shown(claim.value)}  {_names(claim.records, partners)}"


def _field(
    title: Title, name: str, why: FieldProvenance, partners: Mapping[str, str]
) -> Iterator[str]:
    if why.by:
        stating = sorted({place for by in why.by for place in by})
        names = _names(tuple(title.sources[place].record for place in stating), partners)
        yield f"  {_plain(name)}: {len(entries(title, name))} in all, {names}"
    else:
        yield f"  {_plain(name)}: {why.rule}, {_names((why.record,), partners)}"
    for loser in why.losers:
        yield f"    not {_shown(loser.value)}  {_names((loser.record,), partners)}"


def _generated(enrichment: Enrichment) -> Iterator[str]:
    origin = enrichment.generated
    how = {
        "extractive": "chosen by rule among partners' words",
        "generative": "written by a language model",
    }
    yield (
        f"generated, no partner's word: {how[origin.method]}; {_plain(origin.model)}, "
        f"{_plain(origin.prompt)}, {iso(origin.at)}"
    )
    for name in GENERATED_FIELDS:
        if said := getattr(enrichment, name):
            yield f"  {name}: {_shown(said)}"


def _names(records: tuple[str, ...], partners: Mapping[str, str]) -> str:
    names = [partners.get(record, record) for record in records]
    return ", ".join(
        f"{_plain(name)} ({names.count(name)} times)" if names.count(name) > 1 else _plain(name)
        for name in dict.fromkeys(names)
    )


def _place(state: RecordState | None) -> str:
    return f"{_plain(state.source.path)}: {_plain(state.source.place)}" if state else "not filed"


def _shown(value: Any) -> str:
    text = msgspec.json.encode(value).decode()
    return _plain(text if len(text) <= _WIDTH else f"{text[: _WIDTH - 1]}…")


def _plain(text: str) -> str:
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)
