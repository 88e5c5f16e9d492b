"""A made-up world of partners that deliver, correct and withdraw, and what must come of it.

The truth is kept while the deliveries are written, so that it does not depend on the code that is
tested: of every partner's own id, the name that its last word gives it, or that it is gone.
"""

import random
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import NamedTuple

from tests.ingest.feeds import avails, item, mrss, roku, table, write

PARTNERS = ("acme", "blue", "rockstar", "cinema")
_WORDS = {
    "acme": "Amber Canyon",
    "blue": "Cobalt Meadow",
    "rockstar": "Velvet Anchor",
    "cinema": "Paper Orchard",
}
_BEGIN = 1_700_000_000
_HOUR, _DAY = 3600, 86_400
_ITEMS, _VERSIONS = 6, 4


class Delivery(NamedTuple):
    """A file as one partner sent it; `received` in epoch seconds."""

    partner: str
    name: str
    content: str
    received: int


class World(NamedTuple):
    """`truth`: by partner and its own id, the name of the title; None where it is gone."""

    deliveries: tuple[Delivery, ...]
    truth: dict[tuple[str, str], str | None]


def world(seed: int) -> World:
    """The same seed gives the same world. Partners' clocks differ by up to two days."""
    dice = random.Random(f"world {seed}")
    deliveries: list[Delivery] = []
    truth: dict[tuple[str, str], str | None] = {}
    for partner in PARTNERS:
        skew = dice.randint(-2 * _DAY, 2 * _DAY)
        for version in range(dice.randint(2, _VERSIONS)):
            at = _BEGIN + skew + version * _DAY + dice.randint(0, 8 * _HOUR)
            name, content = _WRITERS[partner](dice, version, at, truth)
            deliveries.append(Delivery(partner, name, content, at))
        if dice.random() < 0.3:
            broken = Delivery(partner, "broken.xml", "<rss><channel><item>", at + 1)
            deliveries.append(broken)
    return World(tuple(deliveries), truth)


def arrivals(seed: int, deliveries: Sequence[Delivery]) -> list[list[Delivery]]:
    """How they come: in any order, some again, in two to four runs."""
    dice = random.Random(f"arrivals {seed}")
    order = [*deliveries, *(one for one in deliveries if dice.random() < 0.3)]
    dice.shuffle(order)
    cuts = sorted(dice.sample(range(1, len(order)), dice.randint(1, 3)))
    return [order[a:b] for a, b in zip([0, *cuts], [*cuts, len(order)], strict=True)]


def lay(folder: Path, deliveries: Sequence[Delivery]) -> Path:
    """Writes a run's deliveries as files, each partner's in its own folder."""
    for place, (partner, name, content, received) in enumerate(deliveries):
        write(folder / partner / f"{place:03}" / name, content, received)
    return folder


Truth = dict[tuple[str, str], str | None]


def _named(partner: str, number: int, revision: int) -> str:
    return f"{_WORDS[partner]} {number} part {revision}"


def _snapshot(
    dice: random.Random, partner: str, version: int, truth: Truth
) -> list[tuple[int, str]]:
    """A whole catalogue: who is left out is gone."""
    present = sorted(dice.sample(range(_ITEMS), dice.randint(2, _ITEMS)))
    for number in range(_ITEMS):
        name = _named(partner, number, version + 1) if number in present else None
        if name or (partner, str(number)) in truth:
            truth[partner, str(number)] = name
    return [(number, _named(partner, number, version + 1)) for number in present]


def _acme(dice: random.Random, version: int, at: int, truth: Truth) -> tuple[str, str]:
    items = [item(str(n), name) for n, name in _snapshot(dice, "acme", version, truth)]
    built = format_datetime(datetime.fromtimestamp(at, UTC), usegmt=True)
    return "feed.xml", mrss(items, built)


def _blue(dice: random.Random, version: int, at: int, truth: Truth) -> tuple[str, str]:
    movies = [{"id": str(n), "title": t} for n, t in _snapshot(dice, "blue", version, truth)]
    return "feed.json", roku(movies, datetime.fromtimestamp(at, UTC).isoformat())


def _rockstar(dice: random.Random, version: int, _: int, truth: Truth) -> tuple[str, str]:
    """Updates and deletes, row by row."""
    rows = []
    for number in sorted(dice.sample(range(_ITEMS), dice.randint(2, _ITEMS))):
        own = f"md:alid:org:rockstar:{number}"
        gone = version > 0 and dice.random() < 0.35
        name = _named("rockstar", number, version + 1)
        if not gone or ("rockstar", own) in truth:
            truth["rockstar", own] = None if gone else name
        rows.append(
            {
                "EntryType": "Full Delete" if gone else "Full Extract",
                "TitleDisplayUnlimited": name,
                "ContentID": f"md:cid:org:rockstar:{number}",
                "ALID": own,
            }
        )
    return "avails.csv", avails(rows)


def _cinema(dice: random.Random, version: int, _: int, truth: Truth) -> tuple[str, str]:
    """Records that are added and corrected, never withdrawn."""
    rows = []
    for number in sorted(dice.sample(range(_ITEMS), dice.randint(2, _ITEMS))):
        name = _named("cinema", number, version + 1)
        truth["cinema", str(number)] = name
        rows.append({"id": str(number), "title": name, "year": "1999"})
    return "titles.csv", table(rows)


_WRITERS: dict[str, Callable[[random.Random, int, int, Truth], tuple[str, str]]] = {
    "acme": _acme,
    "blue": _blue,
    "rockstar": _rockstar,
    "cinema": _cinema,
}
