"""Titles and synopses: one best text per language, territory and use.

Texts of no stated language (`und`) give way to those of a stated one with the same use and
territory, save where their own statement marks its other texts: there the unmarked one is the
default, and stays. Alternate titles are many by nature and all kept.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from ummid.catalog.flaws import is_placeholder
from ummid.catalog.languages import UNDETERMINED
from ummid.catalog.model import Synopsis, Text
from ummid.catalog.precedence import FieldGroup
from ummid.catalog.survivorship import Key, Said, Survivors, in_order, lost, named
from ummid.catalog.title import FieldProvenance, Title

DISPLAY_ORDER = ("display", "original", "alternate", "short", "internal", "sort", "tagline")

_TextLike = Text | Synopsis
_Candidates = dict[Key, list[Said]]


def title_key(text: Text) -> Key:
    return text.use, text.language, text.territory


def synopsis_key(synopsis: Synopsis) -> Key:
    return synopsis.length, synopsis.language, synopsis.territory


def entries(title: Title, name: str) -> tuple[Any, ...]:
    """The items of a list that a name in the provenance speaks of (`titles.alternate.en`)."""
    field, _, which = name.partition(".")
    items: tuple[Any, ...] = getattr(title, field)
    return tuple(t for t in items if named(field, title_key(t)) == name) if which else items


def is_plain(texts: Sequence[_TextLike], key: Callable[[Any], Key]) -> bool:
    """Whether the texts of one statement need no choice: no key twice, marked all or none."""
    if len(texts) < 2:
        return True
    unmarked = [text.language for text in texts].count(UNDETERMINED)
    return unmarked in (0, len(texts)) and len(set(map(key, texts))) == len(texts)


def choose_texts(
    survivors: Survivors, name: str, group: FieldGroup, key: Callable[[Any], Key]
) -> tuple[Any, ...]:
    """The surviving texts of a field, in the order of their keys."""
    candidates = _candidates(survivors, name, group, key)
    gone = _give_way(candidates)
    chosen: list[Any] = []
    decided: dict[Key, Said] = {}
    for which in sorted(candidates, key=in_order):
        said = candidates[which]
        if which[0] == "alternate":
            chosen += _all(survivors, named(name, which), said)
        else:
            chosen.append(survivors.decide(named(name, which), said))
        decided[which] = said[0]
    for which, said in gone.items():
        first = min(
            (one for other, one in decided.items() if _beside(which, other)),
            key=lambda one: one.standing,
        )
        why = survivors.provenance.get(named(name, which))
        survivors.provenance[named(name, which)] = FieldProvenance(
            first.contributor.record_id, "language", (*lost(said), *(why.losers if why else ()))
        )
    return tuple(chosen)


def display_title(*in_order_of_authority: Sequence[Text]) -> str | None:
    """The best display title of several statements' titles, best ranked statement first."""
    for sound in (True, False):
        for use in DISPLAY_ORDER:
            for titles in in_order_of_authority:
                for text in titles:
                    if text.use == use and not (sound and is_placeholder(text.value)):
                        return text.value
    return None


def surviving(stated: Iterable[Text], titles: Sequence[Text]) -> list[Text]:
    """Those of a statement's titles that the golden record shows, whoever they come from."""
    shown = {(text.use, text.value) for text in titles}
    return [text for text in stated if (text.use, text.value) in shown]


def _candidates(
    survivors: Survivors, name: str, group: FieldGroup, key: Callable[[Any], Key]
) -> _Candidates:
    said: _Candidates = {}
    for contributor, standing in survivors.standings(group):
        for text in dict.fromkeys(getattr(contributor.record, name)):
            said.setdefault(key(text), []).append(Said(text, contributor, standing))
    return said


def _give_way(candidates: _Candidates) -> _Candidates:
    """Takes out the texts of no stated language that others replace; gives those left unsaid.

    One that somebody else states word for word in a language is that text and is not lost.
    """
    unmarked = [which for which in candidates if which[1] == UNDETERMINED]
    gone: _Candidates = {}
    for which in unmarked:
        beside = [said for other, said in candidates.items() if _beside(which, other)]
        if not beside:
            continue
        known = {_words(one.value) for said in beside for one in said}
        marking = {one.contributor.record_id for said in beside for one in said}
        stay = which[0] == "alternate"
        kept, lost_here = [], []
        for one in candidates[which]:
            if _words(one.value) in known:
                continue
            if stay or one.contributor.record_id in marking:
                kept.append(one)
            else:
                lost_here.append(one)
        if kept:
            candidates[which] = kept
        else:
            del candidates[which]
        if lost_here:
            gone[which] = lost_here
    return gone


def _beside(which: Key, other: Key) -> bool:
    return other[1] != UNDETERMINED and which[1] == UNDETERMINED and other[::2] == which[::2]


def _all(survivors: Survivors, name: str, said: Sequence[Said]) -> list[Any]:
    """Every text once, with who states it where that is more than one statement."""
    place = survivors.place
    stating: dict[str, list[int]] = {}
    texts: dict[str, Any] = {}
    for one in said:
        words = _words(one.value)
        texts.setdefault(words, one.value)
        by = stating.setdefault(words, [])
        if place[one.contributor.record_id] not in by:
            by.append(place[one.contributor.record_id])
    first = said[0].contributor
    if len({one.contributor.record_id for one in said}) > 1:
        by_item = tuple(tuple(sorted(by)) for by in stating.values())
        survivors.provenance[name] = FieldProvenance(first.record_id, "union", by=by_item)
    elif first is not survivors.base[0]:
        survivors.provenance[name] = FieldProvenance(first.record_id, "only")
    return list(texts.values())


def _words(text: _TextLike) -> str:
    return " ".join(text.value.casefold().split())
