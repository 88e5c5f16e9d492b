"""The URL of a database, with a name that may be shown."""

import re
from typing import Any

from ummid.errors import ConfigError

_URL = re.compile(r"postgres(?:ql)?://")
_EXAMPLE = "postgresql://user:password@host:5432/database"


def is_postgres(named: str) -> bool:
    return _URL.match(named) is not None


class Place:
    """A database and the schema that its URL's `options=-csearch_path%3D…` names, if it does.

    What it is shown as has neither user nor password. Raises ConfigError for a URL that cannot be
    read, without saying what is in it, and when the client is not installed.
    """

    def __init__(self, url: str) -> None:
        try:
            from psycopg import ProgrammingError
            from psycopg.conninfo import conninfo_to_dict
        except ImportError as error:
            raise ConfigError(
                "vectors on PostgreSQL need its client: pip install 'nexus-ummid[gcp]', or set "
                f"vectors = mapped ({error})"
            ) from error
        try:
            self.given: dict[str, Any] = conninfo_to_dict(url)
        except (ProgrammingError, ValueError, UnicodeError):
            raise _unreadable() from None  # its message would quote the URL
        if "@" in str(self.given.get("host", "")):
            raise _unreadable()

    @property
    def identity(self) -> str:
        """The same for the same schema of the same database, whoever asks."""
        parts = ("host", "hostaddr", "port", "dbname", "options", "service")
        return " ".join(str(self.given.get(part, "")) for part in parts)

    def __str__(self) -> str:
        host, port = (self.given.get(part) for part in ("host", "port"))
        where = f"{host or 'the default host'}{f':{port}' if port else ''}"
        return f"the database {self.given.get('dbname') or 'of the user'} on {where}"

    __repr__ = __str__


def _unreadable() -> ConfigError:
    return ConfigError(
        f"vectors: the database's URL cannot be read; write it as {_EXAMPLE}, and what is none of "
        "A-Z, a-z, 0-9 in user and password as %XX (@ is %40)"
    )
