"""Where a table is: `bigtable://project/instance/table?profile=…&folder=…`."""

import re
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qsl

from ummid.errors import ConfigError

SCHEME = "bigtable:"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]*")
_OPTIONS = ("profile", "folder")
_EXAMPLE = "bigtable://PROJECT/INSTANCE/TABLE"


class BigtablePlace(NamedTuple):
    """`profile` is the app profile of reads and writes ("": the instance's default); `folder`
    what this machine keeps beside the table: the search index and copies of rejected files.
    """

    project: str
    instance: str
    table: str
    profile: str = ""
    folder: Path = Path()

    def __str__(self) -> str:
        return f"{SCHEME}//{self.project}/{self.instance}/{self.table}"


def is_bigtable(store: Path) -> bool:
    return str(store).startswith(SCHEME)


def parse(store: Path) -> BigtablePlace:
    """Reads a store's name. Raises ConfigError for one that names no table.

    A path holds one slash where the name had two: both are taken.
    """
    names, _, query = str(store).removeprefix(SCHEME).partition("?")
    parts = names.strip("/").split("/")
    if len(parts) != 3 or not all(_NAME.fullmatch(part) for part in parts):
        raise ConfigError(f"store {str(store)!r} names no Bigtable table; write {_EXAMPLE}")
    project, instance, table = parts
    options = dict(parse_qsl(query, keep_blank_values=True))
    unknown = sorted(options.keys() - set(_OPTIONS))
    if unknown:
        raise ConfigError(
            f"store {str(store)!r}: unknown option {', '.join(unknown)}; "
            f"there are {', '.join(_OPTIONS)}, as in {_EXAMPLE}?profile=ingest"
        )
    beside = options.get("folder") or "/".join(("var/bigtable", *parts))
    return BigtablePlace(project, instance, table, options.get("profile", ""), Path(beside))
