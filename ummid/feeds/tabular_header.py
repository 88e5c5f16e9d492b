"""Which row is a table's header, and what parts its columns."""

import csv
import io
import re
from collections.abc import Iterable, Mapping

from ummid.feeds.tabular_guess import names_a_title
from ummid.feeds.tabular_mapping import declared_column
from ummid.feeds.tabular_rows import DELIMITERS

SEPARATOR_LINE = re.compile(r"^\"?sep=(.)\"?\s*$", re.IGNORECASE)
"""A first line by which spreadsheet programs state the delimiter."""

_SEEN = 100_000
"""Characters looked at for a header: below the least field limit of the csv module."""


def is_header(headers: list[str], mapping: Mapping[str, str]) -> bool:
    """Whether a row names a title or an id, by our names or by the partner's mapping."""
    declared = {declared_column(key, entry).header for key, entry in mapping.items()}
    return names_a_title(headers) or not declared.isdisjoint(headers)


def header_cells(cells: Iterable[object]) -> list[str]:
    return ["" if c is None else " ".join(str(c).split()) for c in cells]


def delimiter_of(text: str, mapping: Mapping[str, str]) -> str | None:
    """The delimiter under which the first row names a title, with the most columns."""
    start = text.lstrip("\ufeff\r\n")
    first, _, rest = start.partition("\n")
    if separator := SEPARATOR_LINE.match(first):
        return separator[1] if _first_row_is_header(rest, separator[1], mapping) else None
    found = [
        (len(row), delimiter)
        for delimiter in DELIMITERS
        if delimiter in start[:_SEEN] and (row := _first_row_is_header(start, delimiter, mapping))
    ]
    return max(found, key=lambda f: f[0])[1] if found else None


def _first_row_is_header(text: str, delimiter: str, mapping: Mapping[str, str]) -> list[str]:
    """The first row when it reads like a header, else nothing."""
    row = header_cells(next(csv.reader(io.StringIO(text[:_SEEN], ""), delimiter=delimiter), []))
    return row if is_header(row, mapping) else []


def most_frequent(line: str) -> str:
    return max(DELIMITERS, key=line.count)
