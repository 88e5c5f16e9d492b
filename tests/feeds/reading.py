"""Reading a feed in a test, exactly as the command line and the pipeline do."""

import io
from pathlib import Path
from typing import Any

import msgspec

from tests.shared import shared_path
from ummid.catalog.model import Rejected, SourceRecord
from ummid.feeds.connector import Profile
from ummid.feeds.reader import Reading


class Read:
    """All statements of one file, with its header."""

    def __init__(self, data: bytes, path: str, format: str | None, profile: Profile) -> None:
        self.reading = Reading(path, io.BytesIO(data), profile, format)
        statements = list(self.reading)
        self.records = [s for s in statements if isinstance(s, SourceRecord)]
        self.rejected = [s for s in statements if isinstance(s, Rejected)]
        self.header = self.reading.header

    @property
    def format(self) -> str | None:
        return self.reading.format.name if self.reading.format else None

    @property
    def one(self) -> SourceRecord:
        assert not self.rejected, self.rejected
        (record,) = self.records
        return record

    @property
    def codes(self) -> list[str]:
        return [r.code for r in self.rejected]


def read(
    content: bytes | str, path: str = "feed", format: str | None = None, **profile: Any
) -> Read:
    """Reads bytes (or text as UTF-8) under a path; `profile` are fields of `Profile`."""
    data = content.encode() if isinstance(content, str) else content
    return Read(data, path, format, Profile(**profile))


def read_shared(relative: str, **profile: Any) -> Read:
    """Reads `shared/feeds/dev/<relative>`, skipping where it is not there."""
    path = shared_path(f"feeds/dev/{relative}")
    return Read(Path(path).read_bytes(), relative, None, Profile(**profile))


def as_dict(value: Any) -> Any:
    """A record as plain data (defaults left out), to compare with a golden literal."""
    return msgspec.to_builtins(value)
