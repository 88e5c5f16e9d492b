"""Prompts: one file per version, never edited once its answers are kept (a new file instead)."""

import json
from functools import cache
from importlib.resources import files
from typing import Any

import msgspec

from ummid.catalog.keys import stable_id
from ummid.errors import ConfigError
from ummid.models.enricher import KEYWORDS, MOODS, THEMES, TitleFacts
from ummid.models.vocabulary import vocabulary

_encode = msgspec.json.Encoder().encode


class Prompt:
    """`mark` names version, text, vocabulary and schema together: whatever changes, it does.

    Raises ConfigError when there is no such version.
    """

    def __init__(self, version: str) -> None:
        file = files(__package__).joinpath(f"{version}.md")
        if not file.is_file():
            there = sorted(
                f.name[:-3] for f in files(__package__).iterdir() if f.name[-3:] == ".md"
            )
            raise ConfigError(f"there is no prompt {version!r}; there are {', '.join(there)}")
        self.system = file.read_text(encoding="utf-8")
        self.schema = _schema()
        digest = stable_id(self.system, json.dumps(self.schema, sort_keys=True))
        self.mark = f"{version}.{digest[:8]}"

    def ask(self, facts: TitleFacts) -> str:
        """The request for one title. The markers hold a digest of the facts between them, so
        that no partner can have written them; JSON keeps each text within its quotes."""
        told = _encode(facts).decode()
        mark = fence(facts)
        return f"Language: {facts.language}\nFACTS {mark}\n{told}\nEND {mark}\n"


def fence(facts: TitleFacts) -> str:
    return stable_id("fence", _encode(facts).decode())


@cache
def _schema() -> dict[str, Any]:
    known = vocabulary()

    def some(of: dict[str, Any], least: int, most: int) -> dict[str, Any]:
        return {"type": "array", "items": of, "minItems": least, "maxItems": most}

    text = {"type": "string"}
    fields = {
        "synopsis": text,
        "keywords": some(text, *KEYWORDS),
        "moods": some({"type": "string", "enum": list(known.moods)}, *MOODS),
        "themes": some(text, *THEMES),
        "audience": {"type": "string", "enum": list(known.audiences)},
        "warnings": some({"type": "string", "enum": list(known.warnings)}, 0, len(known.warnings)),
        "language": text,
    }
    return {"type": "object", "properties": fields, "required": list(fields)}
