"""Matching feed files with Beam's file systems: local paths, globs, folders, `gs://`."""

import os
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO, cast

import apache_beam as beam
from apache_beam.io.filesystem import BeamIOError, CompressionTypes
from apache_beam.io.filesystems import FileSystems

from ummid.errors import FeedError
from ummid.ingest.sources import LocalFiles, Source


class BeamFiles:
    """Access to whatever Beam has a file system for. Bytes come as they are stored.

    `watch` may stand between a stream and who reads it.
    """

    def __init__(self, watch: Callable[[BinaryIO], BinaryIO] = lambda stream: stream) -> None:
        self._local, self._watch = LocalFiles(), watch

    def open(self, path: str) -> BinaryIO:
        if is_local(path):
            return self._watch(self._local.open(path))
        try:
            found = FileSystems.open(path, compression_type=CompressionTypes.UNCOMPRESSED)
        except BeamIOError as error:
            raise OSError(f"{path}: {error}") from error
        return self._watch(cast("BinaryIO", found))

    def fingerprint(self, _path: str, stream: BinaryIO) -> object:
        if is_local(_path):
            return self._local.fingerprint(_path, stream)
        return FileSystems.last_updated(_path)


def match(pattern: str, partner: str | None = None, format: str | None = None) -> list[Source]:
    """The files behind a path, a folder (all files below it) or a glob, hidden ones left out.

    A path that is there is taken as it is written, even with `[` or `*` in it. Raises
    FeedError `no-such-file` when there is nothing.
    """
    found = [
        Source(
            path=path, received=round(modified * 1000), size=size, partner=partner, format=format
        )
        for path, size, modified in _files(pattern)
        if not _is_hidden(path, pattern)
    ]
    if not found:
        raise FeedError("no-such-file", f"{pattern} matches no file; check the path")
    return sorted(found, key=lambda source: source.path)


def _files(pattern: str) -> Iterator[tuple[str, int, float]]:
    """Path, size and time of change (epoch seconds) of what a pattern matches."""
    if pattern and is_local(pattern) and (there := Path(pattern)).exists():
        for path in _below(there) if there.is_dir() else [there]:
            try:
                found = path.stat()
            except OSError:  # said when it is opened
                yield str(path), 0, 0
            else:
                if S_ISREG(found.st_mode):
                    yield str(path), found.st_size, found.st_mtime
        return
    try:
        (result,) = FileSystems.match([pattern])
    except (BeamIOError, ValueError) as error:
        raise FeedError("no-such-file", f"{pattern}: {_said(error)}") from error
    for one in result.metadata_list:
        yield one.path, one.size_in_bytes or 0, one.last_updated_in_seconds or 0


def _below(folder: Path) -> Iterator[Path]:
    def refuse(error: OSError) -> None:
        raise FeedError("unreadable", f"{error.filename} cannot be listed: {error.strerror}")

    for here, _, names in os.walk(folder, onerror=refuse):
        yield from (Path(here, name) for name in names)


def is_local(path: str) -> bool:
    """Whether a path is of this machine's files."""
    return FileSystems.get_scheme(path) is None


def _said(error: Exception) -> str:
    if isinstance(error, BeamIOError):
        causes = (error.exception_details or {}).values()
        return "; ".join(str(cause) for cause in causes) or str(error)
    return "no file system for such paths is installed; gs:// needs pip install '.[gcp]'"


def _is_hidden(path: str, pattern: str) -> bool:
    """Whether a part of the path begins with a dot that was not asked for."""
    asked = [part for part in pattern.split("/") if part.startswith(".")]
    return any(
        part.startswith(".") and not any(fnmatchcase(part, wanted) for wanted in asked)
        for part in path.split("/")
    )


class MatchFeeds(beam.PTransform):
    """Sources known to the launcher -> Source, spread over the workers.

    Matching happens at launch, so that a mistyped path fails before a job starts and progress
    knows how much there is to do.
    """

    def __init__(self, sources: list[Source]) -> None:
        super().__init__()
        self._sources = sources

    def expand(self, begin: beam.pvalue.PBegin) -> beam.PCollection[Source]:
        return begin | "Matched" >> beam.Create(self._sources) | "Spread" >> beam.Reshuffle()
