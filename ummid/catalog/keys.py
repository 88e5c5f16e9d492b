"""Stable short names: the same parts give the same name on every machine, for ever."""

import base64
import hashlib
import re

ID_LENGTH = 20


def stable_id(*parts: str) -> str:
    """20 characters of base32 (100 bits of SHA-256) over the parts, order and borders kept.

    The alphabet `0-9a-v` sorts as the bits do, so that "the smallest" means the same for
    ids and for the hashes behind them.
    """
    digest = hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).digest()
    return base64.b32hexencode(digest[:13])[:ID_LENGTH].decode().lower()


def slug(name: str) -> str:
    """`Rockstar Films` as `rockstar-films`: safe in keys, file names and URLs."""
    return re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:64]
