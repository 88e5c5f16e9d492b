"""JSON that no parser chokes on.

The streaming parser builds the path of every value, so that 64 KiB of `[` take gigabytes, and
its C code brings the process down over an integer of some thousands of digits. Both are
refused before it sees them.
"""

import re
from itertools import accumulate
from typing import BinaryIO

from ummid.errors import FeedError
from ummid.feeds.bytes import Steady

NESTING = 64
"""Levels of arrays and objects; partner feeds use about ten."""

_CHUNK = 1 << 16
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_NUMBER = re.compile(rb"[0-9]{1000}|[0-9.][eE][+-]?[0-9]{4}")
_NO_BRACKETS = bytes(i for i in range(256) if i not in b"[]{}")
_STEP = [1 if i in b"[{" else -1 for i in range(256)]
_CLOSE = 16
"""Bytes before a fault that may be lost with it."""
_KEPT = 1000
"""Bytes looked at again with the next chunk: a number may go on."""


class GuardedJson(Steady):
    """A document's bytes; a number or a nesting beyond all reason ends them.

    Raises FeedError `not-json` or `too-deep` where one comes. Whether it is JSON at all is the
    parser's business.
    """

    def __init__(self, stream: BinaryIO) -> None:
        super().__init__()
        self._stream = stream
        self._held = b""
        self._depth = 0
        self._begun = b""
        self._number = b""

    def _more(self, size: int) -> bytes:
        data = self._held or self._stream.read(max(size, _CHUNK))
        self._held = b""
        while error := self._fault(data):
            half = len(data) // 2
            if half < _CLOSE:
                raise error
            self._held = data[half:] + self._held  # what precedes the fault is still given
            data = data[:half]
        return data

    def _fault(self, data: bytes) -> FeedError | None:
        """What is wrong with these bytes; without a fault, they count."""
        outside, quote, begun = _STRING.sub(b"", self._begun + data).partition(b'"')
        number = self._number + outside
        if _NUMBER.search(number):
            return FeedError("not-json", "a number that is longer than any; correct it")
        brackets = outside.translate(None, _NO_BRACKETS)
        depths = list(accumulate(map(_STEP.__getitem__, brackets), initial=self._depth))
        if max(depths) > NESTING:
            return FeedError("too-deep", f"nested more than {NESTING} levels; none needs as many")
        self._number, self._depth = number[-_KEPT:], depths[-1]
        waiting = (len(begun) - len(begun.rstrip(b"\\"))) % 2
        self._begun = quote + waiting * b"\\"
        return None
