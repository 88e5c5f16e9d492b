"""Damaging partner files, and what must hold of whatever is read from them."""

import hashlib
import io
import re
from collections.abc import Callable
from random import Random

from ummid.catalog.model import Rejected, SourceRecord
from ummid.feeds.connector import Profile
from ummid.feeds.parallel import Plan
from ummid.feeds.reader import Reading
from ummid.views.state import decode_record, encode_record

ENCODINGS = ("utf-8", "latin-1", "utf-16", "utf-16-be", "utf-8-sig", "cp037")
WORDS = (
    b"\x00", b"\xff", b"\xef\xbf\xbf", b"&nbsp;", b"&#0;", b"]]>", b"<!--", b"<![CDATA[", b"<",
    b">",
    b'"', b"\\", b"\\ud800", b"{", b"[", b"]", b"}", b",", b"null", b"NaN", b"-1", b"1e999",
    b"9" * 30, b"9" * 5000, b"[" * 5000, b"1e9999999999999999999999",
    b"\xc3\xa9", b"\xe9", b"\r", b"\n", b"\x1f",
    b"0001-01-01T00:00:00+14:00",
    b"9999-12-31T23:59:59-12:00", b"2025-02-30", b"+99:99", b"' OR 1=1 --", b"../../etc/passwd",
)  # fmt: skip


def flipped(data: bytes, random: Random) -> bytes:
    """A few bytes replaced by any others."""
    changed = bytearray(data)
    for _ in range(random.randint(1, 8)):
        changed[random.randrange(len(changed))] = random.randrange(256)
    return bytes(changed)


def truncated(data: bytes, random: Random) -> bytes:
    return data[: random.randrange(len(data))]


def without_a_piece(data: bytes, random: Random) -> bytes:
    start, end = piece(data, random)
    return data[:start] + data[end:]


def with_a_piece_twice(data: bytes, random: Random) -> bytes:
    start, end = piece(data, random)
    return data[:end] + data[start:]


def with_a_piece_elsewhere(data: bytes, random: Random) -> bytes:
    start, end = piece(data, random)
    at = random.randrange(len(data))
    return data[:at] + data[start:end] + data[at:]


def in_another_encoding(data: bytes, random: Random) -> bytes:
    """Transcoded, wholly or from somewhere on, whatever it declares."""
    at = random.choice((0, 0, random.randrange(len(data))))
    text = data[at:].decode(random.choice(ENCODINGS[:2]), "replace")
    return data[:at] + text.encode(random.choice(ENCODINGS), "replace")


def with_a_value_replaced(data: bytes, random: Random) -> bytes:
    """One number or word replaced by something that it never should be."""
    values = list(re.finditer(rb"(?<=[>\"',:\t ])[\w.:+-]{1,40}(?=[<\"',\t\n ])", data))
    if not values:
        return flipped(data, random)
    for _ in range(random.randint(1, 3)):
        at = random.choice(values)
        data = data[: at.start()] + random.choice(WORDS) + data[at.end() :]
    return data


def with_a_word_put_in(data: bytes, random: Random) -> bytes:
    at = random.randrange(len(data))
    return data[:at] + random.choice(WORDS) + data[at:]


MUTATIONS: tuple[Callable[[bytes, Random], bytes], ...] = (
    flipped,
    truncated,
    without_a_piece,
    with_a_piece_twice,
    with_a_piece_elsewhere,
    in_another_encoding,
    with_a_value_replaced,
    with_a_value_replaced,
    with_a_word_put_in,
)


def piece(data: bytes, random: Random) -> tuple[int, int]:
    start = random.randrange(len(data))
    return start, min(len(data), start + random.randint(1, 400))


def mutated(data: bytes, seed: str) -> bytes:
    """The same damage for the same seed."""
    random = Random(seed)
    for _ in range(random.choice((1, 1, 1, 2, 3))):
        data = random.choice(MUTATIONS)(data or b" ", random)
    return data


def check(data: bytes, path: str = "feed") -> list[Rejected]:
    """Reads a file and asserts the contract of a reading; the rejections."""
    reading = Reading(path, io.BytesIO(data), Profile(), plan=Plan(workers=1))
    rejected = []
    for statement in reading:
        if isinstance(statement, SourceRecord):
            check_record(statement)
        else:
            assert isinstance(statement, Rejected)
            assert re.fullmatch("[a-z0-9]+(-[a-z0-9]+)*", statement.code)
            assert statement.reason
            assert len(statement.reason) < 2000
            rejected.append(statement)
        assert statement.partner
        assert statement.source.place
    if any(r.fatal for r in rejected):
        assert not reading.header.complete
    assert reading.digest == hashlib.sha256(data).hexdigest()
    return rejected


def check_record(record: SourceRecord) -> None:
    """What the store and the pipeline take for granted of every record."""
    assert record.key
    assert record.format
    encoded = encode_record(record)
    again = decode_record(encoded)
    assert again == record
    assert encode_record(again) == encoded
    for grant in record.grants:
        assert grant.key
        start = grant.start.instant if grant.start else None
        end = grant.end.instant if grant.end else None
        assert start is None or end is None or start < end
