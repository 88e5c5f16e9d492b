"""Availability rows and their inverse: what may be shown where, and who has what.

One row holds a title's grants with an index by territory, so that a question is one read;
every version is kept, so that a question about the past is answered as it was then.
"""

from collections.abc import Iterator, Sequence

import msgspec
from msgspec import Struct

from ummid.catalog.merge import Offer, platform_of
from ummid.catalog.territories import WORLD, country_of, successors
from ummid.stores.table import Put, Table
from ummid.views import keys

UNSTATED = "UNSTATED"
"""Where a grant's feed names no territory at all: never read as the world."""


class TitleOffers(Struct, frozen=True, array_like=True):
    """A title's offers and, per territory, which of them concern it."""

    offers: tuple[Offer, ...] = ()
    by_territory: dict[str, tuple[int, ...]] = {}

    def concerning(self, territory: str) -> tuple[Offer, ...]:
        """Offers that include the territory, its country, or the world, less exclusions."""
        wanted = dict.fromkeys((territory, country_of(territory), WORLD))
        indexes = sorted({i for t in wanted for i in self.by_territory.get(t, ())})
        return tuple(self.offers[i] for i in indexes if not excludes(self.offers[i], territory))


def excludes(offer: Offer, territory: str) -> bool:
    excluded = offer.grant.territories.excluded if offer.grant.territories else ()
    meant = {code for stated in excluded for code in successors(stated)}
    return not meant.isdisjoint((territory, country_of(territory), WORLD))


_encode = msgspec.msgpack.Encoder(order="deterministic").encode
_decode = msgspec.msgpack.Decoder(TitleOffers).decode
_NOTHING = TitleOffers()


def encode_offers(offers: Sequence[Offer]) -> bytes:
    """A row's value; b"" when there is nothing to offer."""
    if not offers:
        return b""
    index: dict[str, list[int]] = {}
    for number, offer in enumerate(offers):
        for territory in territories_of(offer):
            index.setdefault(territory, []).append(number)
    return _encode(TitleOffers(tuple(offers), {t: tuple(n) for t, n in sorted(index.items())}))


def decode_offers(value: bytes) -> TitleOffers:
    return _decode(value) if value else _NOTHING


def territories_of(offer: Offer) -> tuple[str, ...]:
    """Index terms of an offer: withdrawn codes as their successors, `WORLD` as itself.

    Exclusions alone mean everywhere else (MovieLabs Avails, Media RSS `deny`).
    """
    if offer.grant.territories is None:
        return (UNSTATED,)
    stated = offer.grant.territories.included or (WORLD,)
    return tuple(dict.fromkeys(code for one in stated for code in successors(one)))


def read_offers(table: Table, title_id: str, as_of: int | None = None) -> TitleOffers | None:
    """What was known of a title's offers at `as_of` (epoch ms); None when nothing ever was."""
    cell = table.get(keys.availability(title_id), keys.GRANTS, as_of)
    return None if cell is None else decode_offers(cell.value)


def all_offers(
    table: Table, title_id: str | None = None
) -> Iterator[tuple[str, tuple[Offer, ...]]]:
    """The offers that count now of each title that has any, or of one title."""
    row = keys.availability(title_id or "")
    for key, column, cell in table.scan(row):
        if column == keys.GRANTS and cell.value and title_id in (None, key[2:].decode()):
            yield key[2:].decode(), decode_offers(cell.value).offers


def inverse_puts(title_id: str, before: bytes, after: bytes, known: int) -> Iterator[Put]:
    """Writes that move a title's rows of the territory × platform view."""
    old, new = _markets(decode_offers(before)), _markets(decode_offers(after))
    for market in sorted(old.keys() | new.keys()):
        if old.get(market) != new.get(market):
            value = ",".join(sorted(new.get(market, ()))).encode()
            yield Put(keys.inverse(*market, title_id), keys.LICENCES, known, value)


def _markets(offers: TitleOffers) -> dict[tuple[str, str], set[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for territory, indexes in offers.by_territory.items():
        for index in indexes:
            offer = offers.offers[index]
            market = (territory, platform_of(offer.grant, offer.partner))
            found.setdefault(market, set()).add(offer.grant.licence)
    return found
