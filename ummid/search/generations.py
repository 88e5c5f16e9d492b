"""The words of a store in a folder: parts that never change, and lists of parts that count.

    parts/NAME            the arrays of some documents
    generations/SERIAL    which parts count, and where their rows are among all

A change of documents is a part of its own; parts of about the same size are merged before they are
many. A generation appears by renaming, after what it names was written. So who is killed leaves
what was there before, and files that nothing names: the next one to write takes them away.
"""

import os
import shutil
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from uuid import uuid4

import numpy as np

from ummid.errors import StoreError
from ummid.search.across import Across, Placed
from ummid.search.arrays import Mapped, write
from ummid.search.catalogue import Catalogue
from ummid.search.document import Document
from ummid.search.laying import apart, changed, columns
from ummid.search.part import merge, part_of

_KEPT = 2
"""Generations, so that who has seen the name of one may still open it."""
_CHUNK = 8_000
"""Documents that become a part at a time."""
_ALIKE = 4
"""Parts of one class that are merged; the largest of a class are that much larger than of the one
below."""
_SMALL = 4_096
"""Documents below which all parts are of one class."""
_MANY = 64
"""Parts that are merged before more are written: each is a file that is open."""


def newest(folder: Path) -> int | None:
    """The serial of the newest generation; None where there is none."""
    found = _generations(folder)
    return int(found[-1].name) if found else None


def stamp(folder: Path) -> str:
    """Another one whenever there is another generation, even one of the same serial."""
    for path in reversed(_generations(folder)):
        try:
            status = path.stat()
        except FileNotFoundError:
            continue  # taken away meanwhile: those of a later serial were of another table
        return f"{int(path.name)}-{status.st_mtime_ns:x}-{status.st_ino:x}"
    return ""


def open_newest(folder: Path) -> tuple[int, Catalogue]:
    """The newest generation and its serial. Raises StoreError for none or a damaged one."""
    while (serial := newest(folder)) is not None:
        try:
            return serial, Catalogue(*_laid(folder, serial)[1:])
        except StoreError:
            # Unless others have written two while this one was being opened.
            if newest(folder) == serial:
                raise
    raise StoreError(f"{folder} holds no index; write one first")


class Words:
    """For one at a time who changes the words of a folder. Nothing counts before `publish`."""

    def __init__(self, folder: Path) -> None:
        """As the newest generation left them; raises StoreError where that is damaged."""
        self._folder = folder
        for name in ("parts", "generations"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self.serial = newest(folder)
        self._names: list[str] = []
        self._across = Across([], 0)
        if self.serial is not None:
            self._names, self._across, laid = _laid(folder, self.serial)
            Catalogue(self._across, laid)

    def __len__(self) -> int:
        """Documents."""
        return self._across.size

    @property
    def parts(self) -> int:
        return len(self._names)

    def clear(self) -> None:
        self._names, self._across = [], Across([], 0)

    def add(self, documents: Iterable[Document]) -> None:
        """Adds documents, which replace those of the same ids; memory holds few at a time."""
        waiting = iter(documents)
        while chunk := {document.id: document for document in islice(waiting, _CHUNK)}:
            self.change(chunk)

    def change(self, documents: Mapping[str, Document | None]) -> None:
        """Documents by their ids; None for those to be removed."""
        there = [document for document in documents.values() if document is not None]
        gone = [key for key, document in documents.items() if document is None]
        if not there:
            self._across = changed(self._across, gone)
            return
        name = uuid4().hex
        write(part_of(there), self._part(name))
        self._across = changed(self._across, gone, Mapped(self._part(name)))
        self._names.append(name)
        if len(self._names) >= _MANY:
            self._settle()

    def publish(self, serial: int) -> None:
        """Lets what was changed count from now on, up to a serial of the change feed."""
        self._settle()
        said = {"parts": self._names, "size": self._across.size}
        rows = {f"rows.{n}": part.rows for n, part in enumerate(self._across.parts)}
        draft = self._part(uuid4().hex)
        write({**rows, **columns(self._across)}, draft, said)
        _synced(draft.parent)
        draft.replace(self._folder / "generations" / f"{serial:016d}")
        _synced(self._folder / "generations")
        self.serial = serial
        self._tidy(serial)

    def unite(self) -> None:
        """Makes all parts one: for who has added everything, and reads it often."""
        if len(self._names) > 1:
            self._merge(range(len(self._names)))

    def _settle(self) -> None:
        """Merges until no part is due."""
        while due := _due(self._across):
            self._merge(due)

    def _merge(self, which: Sequence[int]) -> None:
        others = [n for n in range(len(self._names)) if n not in which]
        parts = [self._across.parts[n] for n in others]
        names = [self._names[n] for n in others]
        merging, rows = apart(self._across, which)
        if merging.size:
            names.append(name := uuid4().hex)
            merge(merging, self._part(name))
            parts.append(Placed(Mapped(self._part(name)), rows))
        self._names, self._across = names, Across(parts, self._across.size)

    def _tidy(self, serial: int) -> None:
        """Takes away what neither this generation nor the one before it names."""
        found = _generations(self._folder)
        # Those of later serials are of another table, whose feed went further than this one's.
        old = [path for path in found if int(path.name) < serial]
        kept = old[-_KEPT + 1 :]
        for path in found:
            if path not in kept and int(path.name) != serial:
                path.unlink()
        named = set(self._names).union(*map(_named, kept))
        for path in (self._folder / "parts").iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            elif path.name not in named:
                path.unlink()

    def _part(self, name: str) -> Path:
        return self._folder / "parts" / name


def _laid(folder: Path, serial: int) -> tuple[list[str], Across, Mapped]:
    laid = Mapped(folder / "generations" / f"{serial:016d}")
    names: list[str] = laid.said["parts"]
    parts = [
        Placed(Mapped(folder / "parts" / name), laid[f"rows.{n}"]) for n, name in enumerate(names)
    ]
    return names, Across(parts, laid.said["size"]), laid


def _due(across: Across) -> list[int]:
    """Parts to merge: many of one class, or one of which most rows count no more."""
    classes: defaultdict[int, list[int]] = defaultdict(list)
    for number, part in enumerate(across.parts):
        size = int(np.count_nonzero(part.rows < across.size))
        if 2 * size <= len(part.rows):
            return [number]
        classes[_class(size)].append(number)
    return next((alike for _, alike in sorted(classes.items()) if len(alike) >= _ALIKE), [])


def _class(size: int) -> int:
    found = 0
    while size >= _SMALL * _ALIKE**found:
        found += 1
    return found


def _named(path: Path) -> Sequence[str]:
    try:
        found: Sequence[str] = Mapped(path).said["parts"]
    except StoreError:
        return ()
    return found


def _generations(folder: Path) -> list[Path]:
    found = (folder / "generations").glob("*")
    return sorted(path for path in found if path.name.isdecimal())


def _synced(folder: Path) -> None:
    """Names in a folder outlast a power failure once it is synced."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
