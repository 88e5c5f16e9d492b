"""Stable short names: the same parts give the same name on every machine, for ever."""

import hashlib
import re

ID_LENGTH = 20


def stable_id(*parts: str) -> str:
    """20 hex characters (80 bits of BLAKE2b) over the parts, their order and borders kept.

    A billion names collide with a probability of one in two million.
    """
    joined = "\x1f".join(parts).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(joined, digest_size=ID_LENGTH // 2).hexdigest()


def slug(name: str) -> str:
    """`Rockstar Films` as `rockstar-films`: safe in keys, file names and URLs."""
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:64]
