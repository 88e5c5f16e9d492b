"""The items of a JSON array as bytes, without reading the array or an endless item."""

import re
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from ummid.errors import FeedError

_OUTSIDE = re.compile(rb'["{}\[\],]')
_INSIDE = re.compile(rb'["\\]')
_CHUNK = 1 << 16


class Item(NamedTuple):
    text: bytes
    cut: bool
    """Whether the item went on after `text` and its rest was skipped."""


class _Scanner:
    """Finds where items end; only brackets, quotes and commas mean anything to it."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._item = bytearray()
        self._cut = False
        self._depth = 0
        self._in_string = False
        self._escaped = False
        self.over = False

    def feed(self, chunk: bytes) -> Iterator[Item]:
        start = position = 0
        if self._escaped and chunk:
            self._escaped = False
            position = 1
        while not self.over:
            match = (_INSIDE if self._in_string else _OUTSIDE).search(chunk, position)
            if match is None:
                break
            mark, position = match[0], match.end()
            if mark == b"\\":
                self._escaped = position == len(chunk)
                position += 1
            elif mark == b'"':
                self._in_string = not self._in_string
            elif mark in b"{[":
                self._depth += 1
                if self._depth == 1:
                    start = position
            elif self._depth == 1:  # a comma, or the bracket that closes the array
                self._keep(chunk[start : position - 1])
                start = position
                yield from self._done()
                self.over = mark != b","
            elif mark in b"}]":
                self._depth -= 1
        if self._depth and not self.over:
            self._keep(chunk[start:])

    def _keep(self, data: bytes) -> None:
        room = self._limit - len(self._item)
        self._item += data[:room]
        self._cut = self._cut or len(data) > room

    def _done(self) -> Iterator[Item]:
        item = Item(bytes(self._item.strip()), self._cut)
        self._item = bytearray()
        self._cut = False
        if item.text or item.cut:
            yield item


def array_items(stream: BinaryIO, limit: int) -> Iterator[tuple[int, Item]]:
    """(position from 0, item) of each item of the first array in the stream.

    Raises FeedError `not-well-formed` when the stream ends before the array does.
    """
    scanner = _Scanner(limit)
    number = 0
    while not scanner.over and (chunk := stream.read(_CHUNK)):
        for item in scanner.feed(chunk):
            yield number, item
            number += 1
    if not scanner.over:
        raise FeedError(
            "not-well-formed", f"the JSON array ends within item {number}; send the file again"
        )
