"""Why a title is what it is: what made each record a member, and whose word each field is."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from msgspec import Struct

from ummid.catalog.model import ExternalId, SourceRecord
from ummid.catalog.times import iso
from ummid.catalog.title import Title
from ummid.identity.links import joins
from ummid.identity.words import likelihood
from ummid.models.enricher import Enrichment
from ummid.stores.table import Table
from ummid.views import generated, pairs, titles
from ummid.views.pairs import Compared, RulingRow
from ummid.views.review import in_words
from ummid.views.state import RecordState, states


class Why(Struct, frozen=True):
    """A title, in words what holds each of its records there, and what no partner says of it."""

    title: Title
    joined: dict[str, tuple[str, ...]]
    enrichment: Enrichment | None = None


def why(table: Table, title_id: str) -> Why | None:
    """What joined the members of a title; None where there is no such title."""
    survivor = titles.survivor(table, title_id)
    document = titles.read_document(table, survivor)
    if document is None or not document.body:
        return None
    group = titles.members(table, [survivor])[0]
    known = {
        record_id: state
        for record_id, state in zip(group, states(table, group), strict=True)
        if state is not None and state.has_content
    }
    (enrichment,) = generated.read(table, [survivor], [document.etag])
    return Why(titles.decode_body(document.body), dict(_joined(table, known)), enrichment)


def _joined(
    table: Table, known: Mapping[str, RecordState]
) -> Iterator[tuple[str, tuple[str, ...]]]:
    ids = list(known)
    records = {record_id: state.record() for record_id, state in known.items()}
    compared = dict(zip(ids, pairs.compared(table, ids), strict=True))
    ruled = dict(zip(ids, pairs.rulings(table, ids), strict=True))
    for record_id in ids:
        found = [
            *_by_word(ruled[record_id], records),
            *_by_id(record_id, records),
            *_by_likeness(record_id, known, records, compared[record_id]),
        ]
        if not found:
            found = ["nothing else is known of this title"]
        yield record_id, tuple(found)


def _by_word(words: Mapping[str, RulingRow], records: Mapping[str, SourceRecord]) -> Iterator[str]:
    for other, word in words.items():
        if word.same and other in records:
            note = f": {word.note}" if word.note else ""
            yield (
                f"{word.author} said on {iso(word.time)} that it is the same as "
                f"{_name(records[other])}{note}"
            )


def _by_id(record_id: str, records: Mapping[str, SourceRecord]) -> Iterator[str]:
    """Ids that it has in common with other members, each with whose they are."""
    record = records[record_id]
    holders: defaultdict[str, list[str]] = defaultdict(list)
    own = _joining(record)
    for other_id, other in records.items():
        if other_id == record_id:
            continue
        if record.own_id and (record.partner, record.own_id) == (other.partner, other.own_id):
            holders[f"{record.partner}'s own id {record.own_id}"].append(other.partner)
        for scheme, value in own & _joining(other):
            holders[f"{scheme} {value}"].append(other.partner)
    for shared, partners in sorted(holders.items()):
        count = len(partners)
        others = f"{count} other record{'s' if count > 1 else ''}"
        yield f"{shared}, as {others} ({', '.join(sorted(set(partners)))})"


def _joining(record: SourceRecord) -> set[tuple[str, str]]:
    def named(one: ExternalId) -> tuple[str, str]:
        return one.scheme, one.value

    return {named(one) for one in record.ids if joins(one, record.kind)}


def _by_likeness(
    record_id: str,
    known: Mapping[str, RecordState],
    records: Mapping[str, SourceRecord],
    compared: Mapping[str, Compared],
) -> Iterator[str]:
    """The likeliest comparison with another member."""
    mine: Sequence[tuple[int, str]] = sorted(
        ((found.probability, other) for other, found in compared.items() if other in known),
        reverse=True,
    )
    for probability, other in mine[:1]:
        evidence = "; ".join(in_words(known[record_id].links, known[other].links))
        yield f"{likelihood(probability)} likely the same as {_name(records[other])}: {evidence}"


def _name(record: SourceRecord) -> str:
    title = next((t.value for t in record.titles), "(no title)")
    year = f" ({record.year})" if record.year else ""
    return f"{record.partner}'s {title!r}{year}"
