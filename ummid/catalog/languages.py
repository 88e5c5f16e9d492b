"""Languages: BCP 47 tags, whatever the feed's spelling."""

import sys
from functools import lru_cache

import langcodes
from langcodes.tag_parser import LanguageTagError

UNDETERMINED = "und"

_ALIASES = {"es-la": "es-419"}
"""Valid tags that mean something else: LA is Laos, platforms mean Latin America."""


@lru_cache(maxsize=4096)
def language(raw: str | None) -> str | None:
    """The normalised tag for one spelling (`en_US`, `fre`, `es - la`), or None.

    None means that it names no language: the caller keeps the raw text as a warning and
    files the value under `und`. Tags are interned: msgspec leaves a default out of an encoding
    when it is that very object, and equal records must have equal encodings.
    """
    text = (raw or "").strip().replace("_", "-").replace(" ", "")
    if not text:
        return None
    try:
        tag = _ALIASES.get(text.lower()) or langcodes.standardize_tag(text)
    except LanguageTagError:
        return None
    if langcodes.tag_is_valid(tag):
        return sys.intern(tag)
    primary = tag.partition("-")[0]
    return sys.intern(primary) if "-" in tag and langcodes.tag_is_valid(primary) else None


def language_or_undetermined(raw: str | None) -> str:
    """As `language`, with `und` where the feed does not say or cannot be understood."""
    return language(raw) or UNDETERMINED
