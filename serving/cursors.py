"""Cursors: where a page of answers ended, as a text that a client hands back as it is.

A cursor holds the score and the id of the last answer, and what the question was. It isn't
signed: who makes one up begins elsewhere in the same list, which anybody may read.
"""

import hashlib
import math
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error

import msgspec
from msgspec import Struct

from serving.parameters import Kind
from serving.problems import Problem
from ummid.search.searcher import Place
from ummid.stores.vectors import Filter

_FORM = struct.Struct("<B8s?f")
_VERSION = 1
_LONGEST = 256


class Cursor(Struct, frozen=True):
    """`question` is a digest of what was asked; `degraded` says that words alone answered."""

    question: bytes
    degraded: bool
    place: Place

    def __str__(self) -> str:
        score, last = self.place
        raw = _FORM.pack(_VERSION, self.question, self.degraded, score) + last.encode()
        return urlsafe_b64encode(raw).decode().rstrip("=")


def question(text: str, within: Filter, per_series: int) -> bytes:
    """What must be the same from page to page; how many are asked for and explained may change."""
    asked = msgspec.msgpack.encode((text, within, per_series))
    return hashlib.blake2b(asked, digest_size=8).digest()


def place(cursor: Cursor | None, asked: bytes) -> Place | None:
    """Where the page begins. Raises Problem for a cursor of another question."""
    if cursor is not None and cursor.question != asked:
        raise Problem(
            "bad-cursor",
            "cursor belongs to another question; ask with the same q, per_series and filters, or "
            "follow next as it was given",
        )
    return cursor.place if cursor else None


def check(cursor: Cursor | None, degraded: bool) -> None:
    """Raises Problem where the order of the page before was made otherwise."""
    if cursor is not None and cursor.degraded != degraded:
        raise Problem(
            "bad-cursor",
            "the order of the answers has changed since the page before, because meaning "
            f"{'failed' if degraded else 'answers again'}; start again without cursor",
        )


def _read(raw: str) -> Cursor:
    try:
        coded = raw[:_LONGEST].encode("ascii")
        held = urlsafe_b64decode(coded + b"=" * (-len(coded) % 4))
        version, asked, degraded, score = _FORM.unpack_from(held)
        last = held[_FORM.size :].decode()
    except (ValueError, Error, struct.error) as error:
        raise ValueError("takes what `next` of an answer has, as it is") from error
    if len(raw) > _LONGEST or version != _VERSION or not math.isfinite(score):
        raise ValueError("takes what `next` of an answer has, as it is")
    return Cursor(asked, degraded, Place(score, last))


CURSOR = Kind(_read, {"type": "string", "maxLength": _LONGEST})
