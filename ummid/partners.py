"""What is agreed with partners, from TOML: `[partner.<name>]` tables in a file or a folder.

[partner.acme]
files = ["acme/*.xml"]
mode = "snapshot"
territories = ["FR"]

[partner.acme.mapping]
title = "Nombre"
genres = { column = "Géneros", separator = ";" }
"""

import difflib
import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, get_args
from zoneinfo import ZoneInfoNotFoundError

import pycountry

from ummid.catalog import times
from ummid.catalog.grants import Licence
from ummid.catalog.keys import slug
from ummid.catalog.territories import Territories
from ummid.errors import ConfigError, FeedError
from ummid.feeds.connector import DeliveryMode, Profile
from ummid.feeds.tabular_mapping import declared_column

_MAPPING_OPTIONS = {
    "column": "",
    "separator": "sep",
    "format": "format",
    "unit": "unit",
    "language": "language",
    "territory": "territory",
}


@dataclass(frozen=True)
class Partners:
    """Profiles by partner, and the files that each one claims."""

    profiles: Mapping[str, Profile] = field(default_factory=dict)
    files: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def load(cls, path: str | Path) -> "Partners":
        """Reads a TOML file, or every `*.toml` of a folder in order of name.

        Raises ConfigError that names file, key and what to do.
        """
        return cls.read((str(source), _content(source)) for source in _sources(Path(path)))

    @classmethod
    def read(cls, documents: Iterable[tuple[str, bytes]]) -> "Partners":
        """As `load`, of TOML documents by name."""
        profiles: dict[str, Profile] = {}
        files: dict[str, tuple[str, ...]] = {}
        origins: dict[str, str] = {}
        for source, content in documents:
            for name, table in _tables(source, content):
                if name in origins:
                    raise ConfigError(
                        f"{source}: partner.{name} is already in {origins[name]}; keep one of them"
                    )
                origins[name] = source
                reader = _Reader(f"{source}: partner.{name}")
                profiles[name] = reader.profile(name, table)
                files[name] = reader.texts("files", table.get("files", []))
        return cls(profiles, files)

    def profile_for(self, path: str, declared: str | None = None) -> Profile:
        """What is agreed for a file: of the declared partner, else of the one that claims it.

        A pattern matches the whole path or its last parts (`acme/*.xml` matches
        `in/acme/a.xml`), and the longest one wins. An unknown declared partner has an empty
        profile; so has a file that nobody claims. Raises ConfigError where two partners
        claim a file alike.
        """
        if declared is not None:
            return self.profiles.get(declared) or Profile(partner=declared)
        plain = path.replace("\\", "/")
        claims = [
            (len(pattern), name, pattern)
            for name, patterns in self.files.items()
            for pattern in patterns
            if fnmatchcase(plain, pattern) or fnmatchcase(plain, f"*/{pattern}")
        ]
        if not claims:
            return Profile()
        longest = max(claims)
        rival = next((c for c in claims if c[0] == longest[0] and c[1] != longest[1]), None)
        if rival:
            raise ConfigError(
                f"{path}: partner {longest[1]!r} claims it by {longest[2]!r} and {rival[1]!r} "
                f"by {rival[2]!r}; make one pattern longer, or name the partner"
            )
        return self.profiles[longest[1]]


class _Reader:
    """Checks one partner's table; `where` begins every message."""

    def __init__(self, where: str) -> None:
        self._where = where

    def profile(self, name: str, table: Mapping[str, Any]) -> Profile:
        if slug(name) != name:
            raise self._error("", f"names use a-z, 0-9 and -: call it {slug(name)!r}")
        checks: dict[str, Callable[[str, Any], Any]] = {
            "mode": lambda k, v: self._one_of(k, v, get_args(DeliveryMode)),
            "scope": self._text,
            "assumed_zone": self._zone,
            "territories": self._nothing,
            "currency": self._currency,
            "platform": self._text,
            "licence": lambda k, v: self._one_of(k, v, get_args(Licence)),
            "date_formats": self._formats,
            "aliases": self._aliases,
            "mapping": self._mapping,
            "hold_share": self._share,
            "partner": self._text,
            "files": self.texts,
        }
        self._known("", table, checks)
        values = {key: checks[key](key, value) for key, value in table.items() if key != "files"}
        if "territories" in table:
            aliases = values.get("aliases", {})
            values["territories"] = self._territories(table["territories"], aliases)
        return Profile(**{"partner": name, **values})

    def texts(self, key: str, value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not all(isinstance(v, str) and v for v in value):
            raise self._error(key, f'must be a list of texts, as in {key} = ["…"], not {value!r}')
        return tuple(value)

    def _nothing(self, _: str, value: Any) -> Any:
        return value

    def _text(self, key: str, value: Any) -> str:
        if not isinstance(value, str) or not value.strip():
            raise self._error(key, f"must be a text, not {value!r}")
        return value

    def _one_of(self, key: str, value: Any, allowed: tuple[str, ...]) -> str:
        if value not in allowed:
            near = _near(str(value), allowed)
            raise self._error(key, f"{value!r} must be one of {', '.join(allowed)}{near}")
        return str(value)

    def _zone(self, key: str, value: Any) -> str:
        name = self._text(key, value)
        try:
            if name[0] in "+-" and not re.fullmatch(r"[+-]\d{2}:?\d{2}", name):
                raise ValueError(name)
            times.bound("2000-01-01T00:00:00", assumed_zone=name)
        except (FeedError, ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise self._error(
                key, f"{name!r} must be an IANA time zone (Europe/Paris) or an offset (+01:00)"
            ) from error
        return name

    def _territories(self, value: Any, aliases: dict[str, str]) -> tuple[str, ...]:
        reader = Territories(aliases)
        found = []
        for raw in self.texts("territories", value):
            code = reader.read(raw)
            if code is None:
                raise self._error(
                    "territories", f"{raw!r} is no ISO 3166 code; correct it or add it to aliases"
                )
            found.append(code)
        return tuple(found)

    def _currency(self, key: str, value: Any) -> str:
        code = self._text(key, value).upper()
        if pycountry.currencies.get(alpha_3=code) is None:
            raise self._error(key, f"{value!r} is no ISO 4217 currency (EUR)")
        return code

    def _formats(self, key: str, value: Any) -> tuple[str, ...]:
        formats = self.texts(key, value)
        for form in formats:
            if "%" not in form:
                raise self._error(key, f"{form!r} has no directive; write it as %d/%m/%Y")
        return formats

    def _aliases(self, key: str, value: Any) -> dict[str, str]:
        aliases = self._table(key, value)
        known = Territories()
        for alias, code in aliases.items():
            if not isinstance(code, str) or known.read(code) is None:
                raise self._error(f"{key}.{alias}", f"{code!r} is no ISO 3166 code")
        return {alias: str(known.read(code)) for alias, code in aliases.items()}

    def _mapping(self, key: str, value: Any) -> dict[str, str]:
        return {
            name: self._entry(f"{key}.{name}", name, entry)
            for name, entry in self._table(key, value).items()
        }

    def _entry(self, key: str, name: str, entry: Any) -> str:
        if isinstance(entry, dict):
            self._known(key, entry, _MAPPING_OPTIONS)
            column = self._text(f"{key}.column", entry.get("column"))
            options = {k: self._option(f"{key}.{k}", v) for k, v in entry.items() if k != "column"}
            entry = column + "".join(f"|{_MAPPING_OPTIONS[k]}={v}" for k, v in options.items())
        text = self._text(key, entry)
        try:
            declared_column(name, text)
        except ConfigError as error:
            raise self._error(key, str(error)) from error
        return text

    def _option(self, key: str, value: Any) -> str:
        if not isinstance(value, str) or not value:
            raise self._error(key, f"must be a text, not {value!r}")
        return value

    def _share(self, key: str, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise self._error(key, f"must be a share from 0 to 1, not {value!r}")
        return float(value)

    def _table(self, key: str, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self._error(key, f"must be a table, not {value!r}")
        return value

    def _known(self, key: str, table: Mapping[str, Any], allowed: Iterable[str]) -> None:
        names = tuple(allowed)
        for name in table:
            if name not in names:
                where = f"{key}.{name}" if key else name
                near = _near(name, names)
                raise self._error(where, f"is no setting{near}; there are: {', '.join(names)}")

    def _error(self, key: str, what: str) -> ConfigError:
        return ConfigError(f"{self._where}{'.' if key else ''}{key}: {what}")


def load_partners(path: Path | None) -> Partners:
    """The profiles at `path`; none where nothing is declared."""
    return Partners() if path is None else Partners.load(path)


def _sources(path: Path) -> list[Path]:
    if path.is_dir():
        return sorted(path.glob("*.toml"))
    if not path.is_file():
        raise ConfigError(f"{path}: there is no such file or folder of partner profiles")
    return [path]


def _content(source: Path) -> bytes:
    try:
        return source.read_bytes()
    except OSError as error:
        raise ConfigError(f"{source}: cannot be read: {error}") from error


def _tables(source: str, document: bytes) -> Iterator[tuple[str, dict[str, Any]]]:
    try:
        content = tomllib.loads(document.decode())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{source}: cannot be read as TOML: {error}") from error
    for name in content:
        if name != "partner":
            raise ConfigError(
                f"{source}: {name}: profiles are tables named [partner.<name>]; "
                f"write [partner.{slug(name) or 'acme'}]"
            )
    partners = content.get("partner", {})
    if not isinstance(partners, dict):
        raise ConfigError(f"{source}: partner: write a table [partner.<name>] per partner")
    for name, table in partners.items():
        if not isinstance(table, dict):
            raise ConfigError(
                f"{source}: partner.{name}: must be a table [partner.<name>], not {table!r}"
            )
        yield name, table


def _near(name: str, names: Iterable[str]) -> str:
    near = difflib.get_close_matches(name, list(names), n=1, cutoff=0.5)
    return f" (did you mean {near[0]!r}?)" if near else ""
