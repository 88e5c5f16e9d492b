"""Which pairs within a block are worth a comparison, told without reading either statement.

A stub is what a block row holds of a member: enough to leave out pairs that could never be one
title. Comparing the rest is the expensive part.
"""

import hashlib
from functools import lru_cache

from ummid.identity.links import Links

YEARS_APART = 5
"""Two statements whose years are further apart are never one title by comparison."""


def stub(links: Links) -> bytes:
    """`film|1979|9f86d081`: kind, year and who lists it under an id of its own, as far as known."""
    kind, year = links.profile.kind or "", links.profile.year or ""
    owner = _short(links.owner[0]) if links.owner else ""
    return f"{kind}|{year}|{owner}".encode()


@lru_cache(maxsize=1 << 16)
def worth_comparing(one: bytes, other: bytes) -> bool:
    """Whether two members of a block may be one title as far as their stubs tell.

    Two titles that one partner lists under ids of its own are two.
    """
    kind, year, owner = one.split(b"|")
    other_kind, other_year, other_owner = other.split(b"|")
    if owner and owner == other_owner:
        return False
    if kind and other_kind and kind != other_kind:
        return False
    return not (year and other_year and abs(int(year) - int(other_year)) > YEARS_APART)


@lru_cache(maxsize=1024)
def _short(owner: str) -> str:
    return hashlib.blake2b(owner.encode(), digest_size=4).hexdigest()
