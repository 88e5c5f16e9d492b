"""Reading XLSX workbooks that nobody vouches for: bounded before they are opened.

An XLSX is a zip of XML. Every entry is unpacked once, into nothing, before a reader sees the
file, because the sizes in a zip's directory are the sender's word. Formulas are never evaluated:
a cell has the value its writer stored, or none.
"""

import re
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from copy import copy
from datetime import date, datetime, time, timedelta
from itertools import islice
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import IO, Any, BinaryIO, cast

import openpyxl
import python_calamine

from ummid.errors import FeedError

Cell = str | int | float | bool | datetime | date | time | None
Row = tuple[Cell, ...]

MAX_FILE = 256 * 1024 * 1024
MAX_ENTRIES = 4096
MAX_ENTRY = 1024**3
MAX_TOTAL = 2 * 1024**3
MAX_RATIO = 250
RATIO_FROM = 8 * 1024 * 1024
"""Unpacked bytes above which `MAX_RATIO` counts: small styled sheets compress very well."""

MAX_GRID = 25_000_000
"""Rows × columns a sheet may span for calamine, which allocates the whole grid: two cells in
opposite corners make one of 17 milliards. Wider sheets are read row by row by openpyxl."""

EMPTY_ROWS = 10_000
"""Empty rows in a row after which a sheet is over: many sheets are styled to the last one."""

_SPOOL = 16 * 1024 * 1024
_CHUNK = 1 << 20
_REFERENCE = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*?\br="(\d{1,7})"')
_ERRORS = frozenset(
    {"#N/A", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#GETTING_DATA"}
)


class Workbook:
    """An opened workbook: its sheets in order and their rows. Close it, or use `with`."""

    def __init__(self, file: IO[bytes], *, dense: bool) -> None:
        self._file = file
        self._calamine = _with_calamine(file) if dense else None
        self._openpyxl: Any = None
        if self._calamine:
            kind = python_calamine.SheetTypeEnum.WorkSheet
            self.sheet_names = tuple(
                m.name for m in self._calamine.sheets_metadata if m.typ == kind
            )
        else:
            self.sheet_names = tuple(sheet.title for sheet in self._opened().worksheets)

    def __enter__(self) -> "Workbook":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        if self._openpyxl is not None:
            self._openpyxl.close()
        if self._calamine is not None:
            self._calamine.close()
        self._file.close()

    def rows(self, sheet: str) -> Iterator[tuple[int, Row]]:
        """(row number from 1, cells) of each row that is not empty, trailing blanks trimmed.

        Raises FeedError `bad-sheet` when neither reader understands the sheet.
        """
        empty = 0
        for number, cells in enumerate(self._rows(sheet), start=1):
            row = _trimmed(cells)
            if row:
                empty = 0
                yield number, row
            else:
                empty += 1
                if empty > EMPTY_ROWS:
                    return

    def _rows(self, sheet: str) -> Iterable[Iterable[object]]:
        if self._calamine is not None:
            try:
                found = self._calamine.get_sheet_by_name(sheet)
                start = found.start
                rows = found.iter_rows()
            except python_calamine.CalamineError:
                return self._rows_by_openpyxl(sheet)
            margin = [None] * (start[1] if start else 0)
            return ([*margin, *row] for row in rows) if margin else rows
        return self._rows_by_openpyxl(sheet)

    def _rows_by_openpyxl(self, name: str) -> Iterator[Iterable[object]]:
        try:
            sheet = self._opened()[name]
            sheet.reset_dimensions()
            rows = sheet.iter_rows(values_only=True)
            while True:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    batch = list(islice(rows, 64))
                if not batch:
                    return
                yield from batch
        except FeedError:
            raise
        except Exception as error:
            raise FeedError(
                "bad-sheet",
                f"sheet {name!r} cannot be read ({type(error).__name__}: {error}); "
                "open it in a spreadsheet program and save it again",
            ) from error

    def _opened(self) -> Any:
        if self._openpyxl is None:
            self._file.seek(0)
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    self._openpyxl = openpyxl.load_workbook(
                        self._file, read_only=True, data_only=True, keep_links=False
                    )
            except Exception as error:
                raise FeedError(
                    "bad-workbook",
                    f"not a readable workbook ({type(error).__name__}: {error}); "
                    "save it again as .xlsx",
                ) from error
        return self._openpyxl


def open_workbook(stream: BinaryIO) -> Workbook:
    """A workbook from a stream, copied because a zip must be read from its end.

    Raises FeedError `too-large`, `zip-bomb`, `bad-archive`, `entity` or `bad-workbook` before
    a spreadsheet reader has seen what the check refuses.
    """
    file = cast("IO[bytes]", SpooledTemporaryFile(max_size=_SPOOL))  # noqa: SIM115
    try:
        _copy(stream, file)
        grid = _check(file)
        return Workbook(file, dense=grid <= MAX_GRID)
    except BaseException:
        file.close()
        raise


def _copy(stream: BinaryIO, file: IO[bytes]) -> None:
    size = 0
    while chunk := stream.read(_CHUNK):
        size += len(chunk)
        if size > MAX_FILE:
            raise FeedError(
                "too-large", f"a workbook of more than {MAX_FILE} bytes; split it or send CSV"
            )
        file.write(chunk)
    file.seek(0)


def _check(file: IO[bytes]) -> int:
    """Refuses an archive that is broken or explodes; the widest grid of any entry in cells."""
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
            if len(entries) > MAX_ENTRIES:
                raise _bomb(f"{len(entries)} entries, more than {MAX_ENTRIES}")
            left = MAX_TOTAL
            widest = 0
            for entry in entries:
                size, grid = _unpack(archive, entry, min(left, MAX_ENTRY))
                left -= size
                widest = max(widest, grid)
            return widest
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        EOFError,
        OSError,
        ValueError,
    ) as error:
        raise FeedError(
            "bad-archive", f"the archive is broken ({error}); send the workbook again"
        ) from error


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, limit: int) -> tuple[int, int]:
    """Unpacked size and grid of one entry, by reading it rather than by its directory entry."""
    if entry.flag_bits & 0x1:
        raise FeedError(
            "bad-archive", f"entry {entry.filename!r} is encrypted; send it without a password"
        )
    unbounded = copy(entry)
    unbounded.file_size = 1 << 62
    size = rows = columns = 0
    tail = b""
    with archive.open(unbounded) as data:
        while chunk := data.read(_CHUNK):
            size += len(chunk)
            if size > limit:
                raise _bomb(f"{entry.filename!r} unpacks to more than {limit} bytes")
            if size > RATIO_FROM and size > MAX_RATIO * max(entry.compress_size, 1):
                raise _bomb(f"{entry.filename!r} unpacks to {MAX_RATIO} times its size")
            text = tail + chunk
            if b"<!ENTITY" in text or b"<!DOCTYPE" in text:
                raise FeedError("entity", f"entry {entry.filename!r} has a DOCTYPE; save it again")
            references = _REFERENCE.findall(text)
            columns = max([columns, *map(_column, {letters for letters, _ in references})])
            numbers = {number for _, number in references}.union(_ROW.findall(text))
            rows = max([rows, *map(int, numbers)])
            tail = text[-256:]
    return size, rows * columns


def _bomb(what: str) -> FeedError:
    return FeedError("zip-bomb", f"the archive was refused: {what}; send the table as CSV")


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _with_calamine(file: IO[bytes]) -> python_calamine.CalamineWorkbook | None:
    """None when calamine cannot open the file at all: openpyxl may."""
    file.seek(0)
    try:
        return python_calamine.CalamineWorkbook.from_filelike(file)
    except (python_calamine.CalamineError, OSError, ValueError):
        return None


def _trimmed(cells: Iterable[object]) -> Row:
    row = [_cell(value) for value in cells]
    while row and row[-1] is None:
        row.pop()
    return tuple(row)


def _cell(value: object) -> Cell:
    """One spelling for both readers: whole numbers as int, midnight as a date, blank as None."""
    if isinstance(value, str):
        text = value.strip()
        return text if text and text not in _ERRORS else None
    if isinstance(value, float):
        return int(value) if value.is_integer() and abs(value) < 1e15 else value
    if isinstance(value, datetime):
        return value.date() if value.time() == time() else value
    if isinstance(value, timedelta):
        minutes, seconds = divmod(int(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
    if isinstance(value, bool | int | date | time):
        return value
    return None
