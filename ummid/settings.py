"""Settings: flags, then environment (`UMMID_…`), then a TOML file, then the defaults here."""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ummid.catalog.precedence import Precedence
from ummid.errors import ConfigError

DEFAULT_FILE = Path("ummid.toml")
_PASSWORD = re.compile(r"(://[^/@]*:).*@|([?&](?:ssl)?password=)[^&]*")


@dataclass(frozen=True)
class Setting:
    """One value in force and where it comes from."""

    name: str
    value: str
    origin: str

    @property
    def shown(self) -> str:
        """The value for people to see: without the password of a URL."""
        return _PASSWORD.sub(
            lambda found: f"{found[1]}…@" if found[1] else f"{found[2]}…", self.value
        )


_DEFAULTS: Mapping[str, str] = {
    "store": "var/store",
    "partners": "",
    "archive": "",
    "host": "127.0.0.1",
    "port": "8080",
    "workers": "2",
    "cache": "memory",
    "index": "yes",
    "enricher": "offline",
    "gemini_model": "gemini-3.5-flash-lite",
    "gemini_project": "",
    "gemini_location": "global",
    "enrich_tokens": "",
    "enrich_money": "",
    "enrich_prices": "",
    "embedder": "minilm",
    "embed_model": "gemini-embedding-001",
    "embed_dimensions": "768",
    "embed_tokens": "",
    "embed_money": "",
    "embed_price": "",
    "meaning_seconds": "2.5",
    "vectors": "mapped",
    "vertex_index": "",
    "vertex_endpoint": "",
    "vertex_deployed": "",
    "vertex_domain": "",
    "graph": "",
}
HELP: Mapping[str, str] = {
    "store": "folder of the embedded store, or bigtable://project/instance/table",
    "partners": "TOML file, or folder of them, with the partners' profiles",
    "archive": "folder that keeps the original bytes of what is ingested, none: nobody does",
    "host": "address that `ummid serve` listens on",
    "port": "port that `ummid serve` listens on",
    "workers": "processes of `ummid serve`",
    "cache": "where searches are remembered: `memory`, or the URL of a Redis or Valkey server",
    "index": "whether `ummid ingest` makes titles searchable at its end: `yes` or `no`",
    "enricher": "who writes about titles: `offline` chooses among partners' words, "
    "`gemini` writes, `none` is nobody",
    "gemini_model": "the model that `gemini` asks",
    "gemini_project": "Google Cloud project that is asked and pays; none: an API key's",
    "gemini_location": "region of the project that is asked",
    "enrich_tokens": "tokens that a run may use, none: any number",
    "enrich_money": "money that a run may spend, in the currency of enrich_prices",
    "enrich_prices": "the model's prices per million tokens, input/output, as in 0.30/2.50",
    "embedder": "who reads texts for search: `minilm` here and offline, `gemini` on Google Cloud",
    "embed_model": "the embedding model that `gemini` asks",
    "embed_dimensions": "numbers of a vector that `gemini` gives, 128 to 3072",
    "embed_tokens": "tokens that an indexing run may embed, none: any number",
    "embed_money": "money that an indexing run may spend, in the currency of embed_price",
    "embed_price": "the embedding model's price per million tokens",
    "meaning_seconds": "how long a search waits for a service or database: then words answer",
    "vectors": "where vectors are searched: `mapped` files of the store, `vertex`, or the "
    "postgresql:// URL of a database with pgvector",
    "vertex_index": "the index, as projects/P/locations/L/indexes/I",
    "vertex_endpoint": "where it is deployed, as projects/P/locations/L/indexEndpoints/E",
    "vertex_deployed": "the id under which it is deployed there",
    "graph": "where the rights graph is copied to: firestore://PROJECT/DATABASE; none: nowhere",
    "vertex_domain": "the endpoint's public domain name",
}


class Settings:
    """What is in force. Raises ConfigError for a file or key that cannot be used."""

    def __init__(
        self, environment: Mapping[str, str] | None = None, file: Path | None = None
    ) -> None:
        self._environment = os.environ if environment is None else environment
        named = self._environment.get("UMMID_CONFIG")
        self.file = file or (Path(named) if named else DEFAULT_FILE)
        self._table = _load(self.file, required=file is not None or named is not None)
        unknown = sorted(self._table.keys() - _DEFAULTS.keys() - {"precedence"})
        if unknown:
            raise ConfigError(
                f"{self.file}: unknown setting {', '.join(unknown)}; "
                f"there are {', '.join(_DEFAULTS)} and [precedence]"
            )
        for name in self._table.keys() - {"precedence"}:
            if not isinstance(self._table[name], str | int):
                example = f'{name} = "{_DEFAULTS[name]}"'
                raise ConfigError(f"{self.file}: {name} takes a text or a number, as in {example}")

    def get(self, name: str) -> str:
        return self.setting(name).value

    def setting(self, name: str) -> Setting:
        variable = f"UMMID_{name.upper()}"
        if value := self._environment.get(variable):
            return Setting(name, value, f"environment {variable}")
        if name in self._table:
            return Setting(name, str(self._table[name]), str(self.file))
        return Setting(name, _DEFAULTS[name], "default")

    def number(self, name: str) -> float | None:
        """A number from 0 up; None where nothing is set. Raises ConfigError for anything else."""
        text = self.get(name)
        try:
            number = float(text) if text else None
        except ValueError:
            number = -1
        if number is not None and not 0 <= number < float("inf"):
            raise ConfigError(f"{name} takes a number from 0 up, not {text!r}")
        return number

    def all(self) -> list[Setting]:
        return [self.setting(name) for name in _DEFAULTS]

    @property
    def store(self) -> Path:
        return Path(self.get("store"))

    @property
    def precedence(self) -> Precedence:
        order = self._table.get("precedence", {})
        if not isinstance(order, dict) or not all(_is_names(names) for names in order.values()):
            raise ConfigError(
                f'{self.file}: [precedence] takes lists of partners, as in rights = ["legal", "*"]'
            )
        return Precedence({group: tuple(names) for group, names in order.items()})

    @property
    def index(self) -> bool:
        """Whether what is published is indexed at once. Raises ConfigError for any other word."""
        said = self.setting("index")
        if said.value not in ("yes", "no"):
            raise ConfigError(f"index = {said.value!r} ({said.origin}): say yes or no")
        return said.value == "yes"

    @property
    def archive(self) -> Path | None:
        """Where original bytes are kept, if they are."""
        named = self.get("archive")
        return Path(named).absolute() if named else None

    @property
    def partners(self) -> Path | None:
        """Where the partners' profiles are, if any are declared."""
        named = self.get("partners")
        return Path(named) if named else None


def _is_names(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(name, str) for name in value)


def _load(file: Path, *, required: bool) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        if required:
            raise ConfigError(f"there is no settings file {file}") from error
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{file}: {error}") from error
