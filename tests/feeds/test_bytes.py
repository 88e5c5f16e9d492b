"""Bytes under a connector: given once more, counted, and made readable."""

import hashlib
import io
import re
from typing import BinaryIO, cast

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ummid.errors import FeedError
from ummid.feeds.bytes import RepairedText, ReplayedStream


class Pieces(io.RawIOBase):
    """A stream that gives what it likes, as sockets and decompressors do, then fails or ends."""

    def __init__(self, *pieces: bytes, failure: Exception | None = None) -> None:
        self._pieces = [p for p in pieces if p]
        self._failure = failure

    def read(self, size: int | None = -1) -> bytes:
        assert size
        if self._pieces:
            piece = self._pieces.pop(0)
            if 0 < size < len(piece):
                self._pieces.insert(0, piece[size:])
                piece = piece[:size]
            return piece
        if self._failure:
            raise self._failure
        return b""


def pieces(*parts: bytes, failure: Exception | None = None) -> BinaryIO:
    return cast("BinaryIO", Pieces(*parts, failure=failure))


def repaired(*parts: bytes, sizes: tuple[int, ...] = (-1,)) -> tuple[bytes, list[str]]:
    """What is read by these sizes (the last again and again), and the kinds reported."""
    said: list[str] = []
    stream = RepairedText(pieces(*parts), said.append)
    found = [stream.read(size) for size in sizes]
    while data := stream.read(sizes[-1]):
        found.append(data)
    return b"".join(found), [s.partition(":")[0] for s in said]


def oracle(data: bytes) -> bytes:
    """The same, over the whole input at once and without any cleverness."""
    text = ""
    while data:
        try:
            text, data = text + data.decode(), b""
        except UnicodeDecodeError as error:
            text += data[: error.start].decode()
            text += data[error.start : error.end].decode("cp1252", "replace")
            data = data[error.end :]
    return re.sub(
        "[\ufffe\uffff]", "\ufffd", re.sub("[\0-\x08\x0b\x0c\x0e-\x1f]", " ", text)
    ).encode()


class TestRepairedText:
    @pytest.mark.parametrize(
        ("written", "read", "kinds"),
        [
            (b"plain", "plain", []),
            ("é€😀".encode(), "é€😀", []),
            (b"caf\xe9 cr\xe8me", "café crème", ["not-utf-8"]),
            (b"\x80 and \x93quotes\x94", "€ and “quotes”", ["not-utf-8"]),
            ("é".encode() + b"\xe9", "éé", ["not-utf-8"]),
            (b"\xe9", "é", ["not-utf-8"]),
            (b"\x81", "\ufffd", ["not-utf-8"]),
            (b"\xed\xa0\x80", "í\xa0€", ["not-utf-8"]),
            (b"a\0b\x1fc\td\r\n", "a b c\td\r\n", ["control"]),
            ("a\uffffb\ufffec".encode(), "a\ufffdb\ufffdc", ["no-character"]),
            (b"\xe9\0", "é ", ["not-utf-8", "control"]),
            (b"", "", []),
        ],
    )
    def test_what_breaks_a_parser_is_made_readable_and_reported(
        self, written: bytes, read: str, kinds: list[str]
    ) -> None:
        assert repaired(written) == (read.encode(), kinds)

    def test_each_kind_is_reported_once_with_its_place(self) -> None:
        said: list[str] = []
        data = b"x" * 1_000_000 + b"\xe9" + b"y" * 1_000_000 + b"\xe9"
        RepairedText(io.BytesIO(data), said.append).read()
        (sentence,) = said
        place = re.search(r"byte (\d+)", sentence)
        assert place
        assert abs(int(place[1]) - 1_000_000) < 300_000
        assert "Windows-1252" in sentence

    @pytest.mark.parametrize(
        ("declared", "kinds"),
        [
            ("utf-16", ["wrong-encoding"]),
            ("ISO-8859-1", ["wrong-encoding"]),
            ("x-unknown", ["wrong-encoding"]),
            ("UTF-8", []),
            ("utf8", []),
            ("us-ascii", []),
        ],
    )
    @pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b" \n"])
    def test_a_declaration_that_the_bytes_belie_is_corrected(
        self, declared: str, kinds: list[str], before: bytes
    ) -> None:
        xml = f"<?xml version='1.0' encoding = \"{declared}\" ?><r encoding='x'>é</r>".encode()
        found, said = repaired(before + xml)
        assert found == before + xml.replace(declared.encode(), b"utf-8", 1)
        assert said == kinds

    @given(
        st.lists(st.binary(max_size=6) | st.sampled_from(["é".encode(), "😀".encode()[:3], b"\0"])),
        st.lists(st.integers(1, 9), min_size=1),
    )
    @example([b"\xc3", b"\xa9"], [1])
    @example([b"\xf0\x9f", b"\x98"], [1])
    @example([b"\xef\xbf", b"\xbf"], [1])
    def test_where_the_stream_is_cut_never_matters(
        self, parts: list[bytes], sizes: list[int]
    ) -> None:
        found, _ = repaired(*parts, sizes=tuple(sizes))
        assert found == oracle(b"".join(parts))

    @given(st.text())
    def test_good_text_is_left_alone(self, text: str) -> None:
        good = text.encode("utf-8", "ignore")
        if oracle(good) == good and not text.lstrip("\ufeff").lstrip().startswith("<?xml"):
            assert repaired(good) == (good, [])

    def test_reading_nothing_takes_nothing(self) -> None:
        stream = RepairedText(pieces("é".encode()[:1], "é".encode()[1:]), lambda _: None)
        assert [stream.read(0), stream.read(1), stream.read(0), stream.read(9)] == [
            b"", b"\xc3", b"", b"\xa9",
        ]  # fmt: skip


class TestBoth:
    @pytest.mark.parametrize("kind", ["replayed", "repaired"])
    def test_a_read_is_short_only_at_the_end(self, kind: str) -> None:
        stream = opened(kind, pieces(*[b"abc"] * 100))
        assert stream.readable()
        assert [len(stream.read(n)) for n in (7, 1, 250, 250, 5)] == [7, 1, 250, 42, 0]
        buffer = bytearray(4)
        assert (opened(kind, pieces(b"a", b"b", b"c")).readinto(buffer), bytes(buffer)) == (
            3, b"abc\0",
        )  # fmt: skip

    @pytest.mark.parametrize("kind", ["replayed", "repaired"])
    def test_a_failure_comes_after_all_that_precedes_it_and_stays(self, kind: str) -> None:
        stream = opened(kind, pieces(b"abc", b"def", failure=OSError("torn")))
        assert stream.read(100) == b"abcdef"
        for _ in range(2):
            with pytest.raises(OSError, match="torn"):
                stream.read(100)
        assert stream.read(0) == b""
        with pytest.raises(OSError, match="torn"):
            opened(kind, pieces(b"abc", failure=OSError("torn"))).read()


def opened(kind: str, rest: BinaryIO) -> RepairedText | ReplayedStream:
    return RepairedText(rest, print) if kind == "repaired" else ReplayedStream(b"", rest)


class TestReplayedStream:
    @given(st.binary(max_size=40), st.lists(st.binary(max_size=9)), st.lists(st.integers(0, 12)))
    def test_the_whole_is_given_once_and_fingerprinted(
        self, head: bytes, rest: list[bytes], sizes: list[int]
    ) -> None:
        whole = head + b"".join(rest)
        stream = ReplayedStream(head, pieces(*rest))
        given = b"".join([stream.read(size) for size in sizes])
        assert given == whole[: sum(sizes)]
        assert stream.count == len(given)
        assert stream.digest == hashlib.sha256(given).hexdigest()
        assert stream.peek(5) == whole[len(given) :][:5]
        stream.drain()
        assert (stream.count, stream.digest) == (len(whole), hashlib.sha256(whole).hexdigest())

    def test_reading_everything_counts_everything(self) -> None:
        stream = ReplayedStream(b"ab", io.BytesIO(b"cd"))
        assert (stream.read(), stream.read(None), stream.count) == (b"abcd", b"", 4)

    def test_more_than_the_limit_is_refused(self) -> None:
        assert ReplayedStream(b"ab", io.BytesIO(b"cd"), 4).read() == b"abcd"
        stream = ReplayedStream(b"ab", io.BytesIO(b"cde"), 4)
        with pytest.raises(FeedError) as refused:
            stream.read()
        assert refused.value.code == "too-large"


def test_other_errors_of_decoding_are_not_ours_to_repair() -> None:
    with pytest.raises(UnicodeEncodeError):
        "é".encode("ascii", "windows-1252-fallback")
