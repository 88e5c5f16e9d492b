"""Lists that grow by what each partner adds: one item per person and role, image, body or id.

Items are the same by what names them, not by every detail; the most authoritative statement of
an item is taken, and what it leaves open is filled in from the next. Genres, countries and
languages stay whole from one partner: a mixture of vocabularies is nobody's statement.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from ummid.catalog.flaws import flaw, repaired
from ummid.catalog.model import Artwork, Credit, ExternalId, Organisation, SourceRecord
from ummid.catalog.precedence import FieldGroup
from ummid.catalog.survivorship import Contributor, Survivors
from ummid.catalog.title import FieldProvenance, Loser

_ACCENTS = re.compile(r"[\u0300-\u036f]")
_MARKS = re.compile(r"[\W_]+")


class _List(NamedTuple):
    """How one list grows. `key` names an item, `join` completes the first by a later one."""

    name: str
    group: FieldGroup
    key: Callable[[Any], object]
    join: Callable[[Any, Any], Any]


@lru_cache(maxsize=65536)
def person(name: str) -> tuple[str, ...]:
    """A name's words for comparison: `Tarkovsky, Andrei` and `Andreï TARKOVSKY` are one."""
    text = repaired(name)
    last, comma, first = text.partition(", ")
    if comma and ", " not in first:
        text = f"{first} {last}"
    plain = text.casefold()
    if not plain.isascii():
        decomposed = _ACCENTS.sub("", unicodedata.normalize("NFKD", plain))
        plain = unicodedata.normalize("NFC", decomposed)
    return tuple(_MARKS.sub(" ", plain).split()) or (name,)


def same_person(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether one name may abbreviate the other: same last word, initials for first names."""
    if one == other:
        return True
    if one[-1] != other[-1] or min(len(one), len(other)) < 2:
        return False
    first, second = one[0], other[0]
    return first[0] == second[0] and (len(first) == 1 or len(second) == 1)


def _filled(one: Any, other: Any, *names: str) -> Any:
    """An item with the details that it leaves open and another states."""
    missing = {
        name: getattr(other, name)
        for name in names
        if getattr(one, name) in (None, "") and getattr(other, name)
    }
    return msgspec.structs.replace(one, **missing) if missing else one


def _join_artwork(one: Artwork, other: Artwork) -> Artwork:
    filled: Artwork = _filled(one, other, "purpose", "width", "height", "language")
    return filled


def _join_organisation(one: Organisation, other: Organisation) -> Organisation:
    filled: Organisation = _filled(one, other, "id")
    return filled


def _keep(one: Any, _: Any) -> Any:
    return one


LISTS = (
    _List("keywords", "facts", str.casefold, _keep),
    _List("organisations", "facts", lambda o: (o.role, person(o.name)), _join_organisation),
    _List("artwork", "artwork", lambda a: a.reference, _join_artwork),
)


def grow(survivors: Survivors, which: _List) -> tuple[Any, ...]:
    """Every item that anybody states, the most authoritative statement's first."""
    said = _said(survivors, which.group, which.name)
    if len(said) < 2:
        return _whole(survivors, which.name, said)
    items: dict[object, Any] = {}
    by: dict[object, list[Contributor]] = {}
    for contributor, stated in said:
        for item in stated:
            key = which.key(item)
            items[key] = which.join(items[key], item) if key in items else item
            by.setdefault(key, []).append(contributor)
    survivors.provenance[which.name] = FieldProvenance(
        said[0][0].record_id, "union", by=_positions(survivors, by.values())
    )
    return tuple(items.values())


def credits(survivors: Survivors) -> tuple[Credit, ...]:
    """One credit per person and role, in the billing of whoever counts most for the role.

    Spellings that a credit absorbed are named as losers. `order` counts within one partner's
    list of one role, so that people added from elsewhere follow without one.
    """
    said = _said(survivors, "people", "credits")
    if len(said) < 2:
        return _whole(survivors, "credits", said)
    cast: list[_Part] = []
    roles: dict[str, list[_Part]] = {}
    billing: dict[str, str] = {}
    losers: list[Loser] = []
    for contributor, stated in said:
        for credit in stated:
            parts = roles.setdefault(credit.role, [])
            owner = billing.setdefault(credit.role, contributor.record_id)
            part = _find(parts, credit, contributor)
            if part is None:
                if owner != contributor.record_id and credit.order is not None:
                    credit = msgspec.structs.replace(credit, order=None)
                part = _Part(credit, contributor)
                parts.append(part)
                cast.append(part)
            else:
                losers += part.absorb(credit, contributor)
    survivors.provenance["credits"] = FieldProvenance(
        said[0][0].record_id,
        "union",
        tuple(losers),
        _positions(survivors, (part.by for part in cast)),
    )
    return tuple(part.credit for part in cast)


class _Part:
    """A credit as it grows."""

    def __init__(self, credit: Credit, contributor: Contributor) -> None:
        self.credit, self.by = credit, [contributor]
        self.names = {person(credit.name)}

    def is_double(self, credit: Credit, contributor: Contributor) -> bool:
        """Whether the same statement has given this part to another character."""
        return self.by[-1] is contributor and credit.character not in (
            None,
            self.credit.character,
        )

    def absorb(self, credit: Credit, contributor: Contributor) -> list[Loser]:
        """Takes in another statement of the credit; what it says otherwise has lost."""
        mine = self.credit
        self.by.append(contributor)
        self.names.add(person(credit.name))
        ids = mine.ids + tuple(i for i in credit.ids if i not in mine.ids)
        mine = msgspec.structs.replace(_filled(mine, credit, "character"), ids=ids)
        if mine.name != credit.name and flaw(mine.name) and not flaw(credit.name):
            broken, mine = mine.name, msgspec.structs.replace(mine, name=credit.name)
            credit = msgspec.structs.replace(credit, name=broken)
            contributor = self.by[0]
        self.credit = mine
        if credit.name == mine.name and credit.character in (None, mine.character):
            return []
        return [Loser(contributor.record_id, msgspec.to_builtins(credit))]


def _find(parts: Sequence[_Part], credit: Credit, contributor: Contributor) -> _Part | None:
    """The part that a credit is another statement of; None where it could be two.

    One statement that credits a person twice, with two characters, means both.
    """
    name, ids = person(credit.name), set(credit.ids)
    others = [part for part in parts if not part.is_double(credit, contributor)]
    known = [p for p in others if name in p.names or not ids.isdisjoint(p.credit.ids)]
    if known:
        return next((p for p in known if p.credit.character == credit.character), known[0])
    near = [p for p in others if any(same_person(name, known) for known in p.names)]
    return near[0] if len(near) == 1 else None


def ids(survivors: Survivors) -> tuple[ExternalId, ...]:
    """All ids by scheme, those that passed their check first, with the partners' own."""
    by: dict[ExternalId, list[Contributor]] = {}
    for contributor in survivors.base:
        for one in _external(contributor.record):
            by.setdefault(one, []).append(contributor)
    found = _one_spelling(by)
    if found:
        stating: dict[object, list[Contributor]] = {}
        for one, contributors in by.items():
            stating.setdefault(_id_key(one), []).extend(contributors)
        survivors.provenance["ids"] = FieldProvenance(
            stating[_id_key(found[0])][0].record_id,
            "union",
            by=_positions(survivors, (stating[_id_key(one)] for one in found)),
        )
    return found


def ids_of(record: SourceRecord) -> tuple[ExternalId, ...]:
    """As `ids`, of one statement."""
    stated = _external(record)
    return _one_spelling(stated) if len(stated) > 1 else tuple(stated)


def _external(record: SourceRecord) -> Sequence[ExternalId]:
    if not record.own_id:
        return record.ids
    return (*record.ids, ExternalId(f"partner:{record.partner}", record.own_id))


def _one_spelling(stated: Iterable[ExternalId]) -> tuple[ExternalId, ...]:
    """Every id once, by the first of its spellings."""
    ordered = sorted(stated, key=lambda i: (*_id_key(i), i.raw or ""), reverse=True)
    return tuple({_id_key(one): one for one in ordered}.values())[::-1]


def _id_key(one: ExternalId) -> tuple[str, bool, str, str]:
    return one.scheme, not one.valid, one.value, one.scope


def _said(
    survivors: Survivors, group: FieldGroup, name: str
) -> list[tuple[Contributor, tuple[Any, ...]]]:
    return [
        (c, stated) for c, _ in survivors.standings(group) if (stated := getattr(c.record, name))
    ]


def _whole(
    survivors: Survivors, name: str, said: Sequence[tuple[Contributor, tuple[Any, ...]]]
) -> tuple[Any, ...]:
    if not said:
        return ()
    contributor, stated = said[0]
    if contributor is not survivors.base[0]:
        survivors.provenance[name] = FieldProvenance(contributor.record_id, "only")
    return stated


def _positions(
    survivors: Survivors, by: Iterable[Sequence[Contributor]]
) -> tuple[tuple[int, ...], ...]:
    place = survivors.place
    return tuple(tuple(sorted({place[c.record_id] for c in one})) for one in by)
