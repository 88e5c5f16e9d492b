"""What a grant ties together, as a hyperedge of the rights graph.

| role | value |
|---|---|
| `title` | the title's id now |
| `edit` | what the partner licenses: ids of an edit, else its own id (ALID, content id) |
| `partner`, `licensor`, `licensee`, `platform`, `contract` | as stated; a platform always |
| `licence` | EST, VOD, SVOD, … |
| `territory`, `excluded` | ISO 3166 codes, `WORLD`, `UNSTATED` |
| `language`, `holdback` | BCP 47, with `/audio`, `/subtitle` or `/dub` where only that |
| `quality` | HD, UHD, … |
| `exclusive`, `exclusive_to` | `yes` or `no` where the feed says; to whom |
| `condition` | an end of the window that only an event could tell, in words |
"""

from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter

from ummid.catalog.grants import Grant, LanguageTerm
from ummid.catalog.keys import stable_id
from ummid.catalog.merge import Offer, platform_of
from ummid.catalog.model import SourceRecord
from ummid.catalog.territories import successors
from ummid.rights.windows import end_of, start_of, written
from ummid.stores.hypergraph import MAX_MEMBERS, MAX_TEXT, Edge, Member
from ummid.views.availability import territories_of

_NAME = 16
_VALUE = itemgetter(1)
_FURTHER = (
    "condition", "exclusive", "exclusive_to", "quality", "language", "holdback", "partner",
    "licensor", "licensee", "contract", "edit", "omitted",
)  # fmt: skip
_MANY = frozenset({"edit", "excluded", "holdback", "language", "quality", "territory"})


def edge_id(record_id: str, grant_key: str) -> str:
    """The same as long as the partner states the grant, whichever title it is on."""
    return f"{record_id}.{stable_id(grant_key)[:_NAME]}"


def edges_of(
    title_id: str, offers: Sequence[Offer], records: Mapping[str, SourceRecord]
) -> dict[str, list[Edge]]:
    """The edges of a title's grants, by the record that states them."""
    edits = {record_id: edits_of(record) for record_id, record in records.items()}
    found: dict[str, list[Edge]] = {record_id: [] for record_id in records}
    for offer in offers:
        found[offer.record].append(edge_of(title_id, offer, edits[offer.record]))
    return found


def edits_of(record: SourceRecord) -> tuple[str, ...]:
    edits = tuple(f"{i.scheme}:{i.value}" for i in record.ids if i.scope == "edit" and i.valid)
    if not edits and record.own_id:
        return (f"partner:{record.partner}:{record.own_id}",)
    return edits


def edge_of(title_id: str, offer: Offer, edits: Sequence[str] = ()) -> Edge:
    grant = offer.grant
    members = [
        Member("title", title_id),
        Member("partner", offer.partner),
        Member("platform", platform_of(grant, offer.partner)),
        Member("licence", grant.licence),
        *[Member("territory", one) for one in territories_of(offer)],
        *[Member("edit", one) for one in edits],
    ]
    start, end = grant.start, grant.end
    since = start.instant if start else None
    until = end.instant if end else None
    if start is not None and since is None:
        told = start_of(grant)
        since = told.at
        if not told.decided:
            members.append(Member("condition", told.words))
    if until is None and (end is not None or grant.window_duration):
        told = end_of(grant)
        until = told.at
        if not told.decided:
            members.append(Member("condition", told.words))
    members += _stated(grant)
    if grant.territories and grant.territories.excluded:
        members += _excluded(grant.territories.excluded)
    members += [Member("quality", one) for one in grant.qualities]
    members += [_language(term) for term in grant.languages]
    return Edge(edge_id(offer.record, grant.key), _bounded(members), since, until)


def in_words(edge: Edge) -> str:
    """One line: `SVOD on flix in BE, FR, 2025-01-01T00:00:00Z to no end; licensor North`."""
    named = {role: ", ".join(edge.values(role)) for role, _ in edge.members}
    where = named.get("territory", "no territory")
    if "excluded" in named:
        where += f" (not {named['excluded']})"
    since = written(edge.start) if edge.start is not None else "ever"
    until = written(edge.end) if edge.end is not None else "no end"
    said = (
        f"{named.get('licence', 'a licence')} on {named.get('platform', 'no platform')} in {where}"
    )
    more = [f"{role} {named[role]}" for role in _FURTHER if role in named]
    return "; ".join([f"{said}, {since} to {until}", *more])


def _stated(grant: Grant) -> Iterator[Member]:
    if grant.licensor:
        yield Member("licensor", grant.licensor)
    if grant.licensee:
        yield Member("licensee", grant.licensee)
    if grant.contract:
        yield Member("contract", grant.contract)
    if grant.exclusive is not None:
        yield Member("exclusive", "yes" if grant.exclusive else "no")
    if grant.exclusive_to:
        yield Member("exclusive_to", grant.exclusive_to)


def _excluded(stated: Sequence[str]) -> list[Member]:
    return [Member("excluded", code) for one in stated for code in successors(one)]


def _language(term: LanguageTerm) -> Member:
    track = "" if term.track == "any" else f"/{term.track}"
    return Member("holdback" if term.purpose == "holdback" else "language", term.language + track)


def _bounded(members: Sequence[Member]) -> tuple[Member, ...]:
    """What fits an edge, whatever a partner writes: long texts are cut, of too many members those
    of roles without many are kept and the first of the others, and how many are not.
    """
    found = {one for one in members if one[1]}
    if max(map(len, map(_VALUE, found))) > MAX_TEXT:
        found = {Member(one.role, _text(one.value)) for one in found}
    if len(found) > MAX_MEMBERS:
        kept = sorted(found, key=lambda one: (one.role in _MANY, one))[: MAX_MEMBERS - 1]
        found = {*kept, Member("omitted", str(len(found) - len(kept)))}
    return tuple(sorted(found))


def _text(value: str) -> str:
    """Short enough: a long text by its beginning and a hash."""
    return value if len(value) <= MAX_TEXT else f"{value[: MAX_TEXT - 40]}…{stable_id(value)}"
