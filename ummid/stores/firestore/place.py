"""Where a graph is: `firestore://PROJECT/DATABASE?history=DAYS`."""

import re
from typing import NamedTuple
from urllib.parse import parse_qsl

from ummid.errors import ConfigError

SCHEME = "firestore:"
_PROJECT = re.compile(r"[a-z0-9][a-z0-9.:-]*")
_DATABASE = re.compile(r"\(default\)|[a-z0-9][a-z0-9-]*")
_EXAMPLE = "firestore://PROJECT/DATABASE, as in firestore://acme/(default)?history=730"


class FirestorePlace(NamedTuple):
    """`history`: days that a version is kept once a newer one has closed it; None: for ever."""

    project: str
    database: str
    history: int | None = None

    def __str__(self) -> str:
        return f"{SCHEME}//{self.project}/{self.database}"


def is_firestore(graph: str) -> bool:
    return graph.startswith(SCHEME)


def parse(graph: str) -> FirestorePlace:
    """Reads a graph's name. Raises ConfigError for one that names no database."""
    names, _, query = graph.removeprefix(SCHEME).partition("?")
    project, _, database = names.strip("/").partition("/")
    options = dict(parse_qsl(query, keep_blank_values=True))
    history = options.pop("history", "")
    if (
        not is_firestore(graph)
        or not _PROJECT.fullmatch(project)
        or not _DATABASE.fullmatch(database)
        or options
        or (history and not (history.isdecimal() and int(history) <= 100_000))
    ):
        raise ConfigError(f"graph = {graph!r} names no Firestore database; write {_EXAMPLE}")
    return FirestorePlace(project, database, int(history) if history else None)
