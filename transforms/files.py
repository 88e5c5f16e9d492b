"""Matching feed files with Beam's file systems: local paths, globs, folders, `gs://`."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

import apache_beam as beam
from apache_beam.io.filesystem import BeamIOError, CompressionTypes, FileMetadata
from apache_beam.io.filesystems import FileSystems

from ummid.errors import FeedError
from ummid.ingest.sources import LocalFiles, Source


class BeamFiles:
    """Access to whatever Beam has a file system for. Bytes come as they are stored."""

    def __init__(self) -> None:
        self._local = LocalFiles()

    def open(self, path: str) -> BinaryIO:
        if FileSystems.get_scheme(path) is None:
            return self._local.open(path)
        try:
            found = FileSystems.open(path, compression_type=CompressionTypes.UNCOMPRESSED)
        except BeamIOError as error:
            raise OSError(f"{path}: {error}") from error
        return cast("BinaryIO", found)

    def fingerprint(self, _path: str, stream: BinaryIO) -> object:
        if FileSystems.get_scheme(_path) is None:
            return self._local.fingerprint(_path, stream)
        return FileSystems.last_updated(_path)


def match(pattern: str, partner: str | None = None, format: str | None = None) -> list[Source]:
    """The files behind a path, a folder (all files below it) or a glob, hidden ones left out.

    Raises FeedError `no-such-file` when there is none.
    """
    folder = FileSystems.get_scheme(pattern) is None and Path(pattern).is_dir()
    try:
        results = FileSystems.match([str(Path(pattern) / "**") if folder else pattern])
    except BeamIOError as error:
        raise FeedError("no-such-file", f"{pattern}: {error}") from error
    found = [
        Source(
            path=metadata.path,
            received=_received(metadata),
            size=metadata.size_in_bytes or 0,
            partner=partner,
            format=format,
        )
        for metadata in results[0].metadata_list
        if not any(part.startswith(".") for part in _below(metadata.path, pattern))
    ]
    if not found:
        raise FeedError("no-such-file", f"{pattern} matches no file; check the path")
    return sorted(found, key=lambda source: source.path)


def _below(path: str, pattern: str) -> Iterator[str]:
    """The parts of a path under what was asked for: only these may be hidden."""
    rest = path.removeprefix(pattern) if path.startswith(pattern) else path.rsplit("/", 1)[-1]
    yield from (part for part in rest.split("/") if part)


def _received(metadata: FileMetadata) -> int:
    return round((metadata.last_updated_in_seconds or 0) * 1000)


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
