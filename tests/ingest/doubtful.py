"""Two partners' titles of which a comparison is not sure, whatever the shipped weights are."""

from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.ingest.feeds import Store, table, write
from ummid.identity.compare import compare
from ummid.identity.model import probability, shipped
from ummid.identity.normal import normal_title, person_name
from ummid.identity.profile import Profile

HEAT = {"id": "1", "title": "Heat of the Night", "year": "1995", "director": "Michael Mann"}
RONIN = {"id": "1", "title": "Ronin and the Others", "year": "1998", "director": "Frankenheimer"}
Row = Mapping[str, str]


def deliver(store: Store, inbox: Path, partner: str, rows: Sequence[Row], at: int = 0) -> None:
    """One partner's list of titles, as received at a time (s)."""
    file = write(inbox / partner / f"{at}.csv", table(rows), 1_700_000_000 + at)
    store.ingest(file, partner=partner)


def _probability(row: Row) -> int:
    """How likely the shipped weights take a row for HEAT."""
    one, other = (
        Profile(
            "", (normal_title(r["title"]),), int(r["year"]),
            directors=(person_name(r["director"]),),
        )
        for r in (HEAT, row)
    )  # fmt: skip
    return probability(compare(one, other))


VARIANTS = [
    {"id": "9", "title": title, "year": year, "director": director}
    for title in ("Night Heat", "Hot Night", "Nightfall", "Heat at Night")
    for year in ("1995", "1996", "1997", "1999")
    for director in ("Michael Mann", "Mickey Mann", "Somebody Else")
]
UNSURE = next(r for r in VARIANTS if shipped().review <= _probability(r) < shipped().merge)
