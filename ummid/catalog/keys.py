"""Stable short names: the same parts give the same name on every machine, for ever."""

import hashlib
import re
import unicodedata

ID_LENGTH = 20
_ACCENTS = re.compile(r"[\u0300-\u036f]")
_BORDER = "\x1f"


def stable_id(*parts: str) -> str:
    """20 hex characters (80 bits of BLAKE2b) over the parts, their order and borders kept.

    A billion names collide with a probability of one in two million.
    """
    joined = _BORDER.join(parts)
    if joined.count(_BORDER) < len(parts):
        return hashlib.blake2b(_bytes(joined), digest_size=ID_LENGTH // 2).hexdigest()
    escaped = (p.replace("\\", "\\\\").replace(_BORDER, "\\x1f") for p in parts)
    data = _bytes(_BORDER.join(escaped))  # partner text may hold the border itself
    return hashlib.blake2b(data, digest_size=ID_LENGTH // 2, person=b"escaped").hexdigest()


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def slug(name: str) -> str:
    """`Télé Nord` as `tele-nord`: safe in keys, file names and URLs; "" when nothing is left."""
    plain = _ACCENTS.sub("", unicodedata.normalize("NFKD", name.casefold()))
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:64].rstrip("-")
