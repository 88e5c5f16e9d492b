"""What is wrong with a text that a partner sent: nothing, or the worst of a few known flaws."""

import re
from typing import Literal

Flaw = Literal["placeholder", "mojibake", "markup", "capitals"]

SOUND = 4
_SOUNDNESS: dict[Flaw | None, int] = {
    "placeholder": 0,
    "mojibake": 1,
    "markup": 2,
    "capitals": 3,
    None: SOUND,
}
_PLACEHOLDERS = frozenset(
    {"n/a", "none", "null", "nil", "undefined", "placeholder", "not available", "coming soon"}
    | {"tba", "tbc", "tbd", "to be announced", "to be confirmed", "to be determined"}
    | {"title", "untitled", "no title", "title tba", "title tbd", "title not available"}
    | {"description", "no description", "no description available", "description not available"}
    | {"synopsis", "no synopsis", "no synopsis available", "synopsis not available"}
    | {"synopsis coming soon", "description coming soon", "no information available"}
)
_LONGEST_PLACEHOLDER = 40
_AROUND = " \t\r\n.…-–—?!*_[]()<>\"'"
_MARKUP = re.compile(r"</?[A-Za-z][^<>]*>|&(?:amp|lt|gt|quot|apos|nbsp|#\d+|#x[0-9A-Fa-f]+);")
_BYTES_AS_TEXT = re.compile(
    r"[\u00c2-\u00f4][\u0080-\u00bf\u0152-\u0178\u0192-\u02dc\u2013-\u2122]"
)
_FEWEST_CAPITALS = 8
"""Fewer capitals in a row are a name (`WALL-E`, `THX 1138`), not a shift key held down."""


def flaw(text: str) -> Flaw | None:
    """The worst flaw of a text, None where there is none."""
    if is_placeholder(text):
        return "placeholder"
    if not text.isascii() and _is_mojibake(text):
        return "mojibake"
    if ("<" in text or "&" in text) and _MARKUP.search(text):
        return "markup"
    if text.isupper() and sum(map(str.isalpha, text)) >= _FEWEST_CAPITALS:
        return "capitals"
    return None


def soundness(text: str) -> int:
    """0 says nothing at all; `SOUND` is a text without a known flaw."""
    return _SOUNDNESS[flaw(text)]


def is_placeholder(text: str) -> bool:
    """Whether a text only stands where a text should be (`TBA`, `Untitled Heist Project`, `-`)."""
    if len(text) > _LONGEST_PLACEHOLDER:
        return text[:11].lower() == "lorem ipsum"
    words = text.strip(_AROUND).casefold()
    if words.startswith("untitled ") and words.endswith(" project"):
        return True
    return not words or words in _PLACEHOLDERS


def repaired(text: str) -> str:
    """`PenÃ©lope` as `Penélope`: UTF-8 that was read as Windows-1252. Else the text itself."""
    if text.isascii() or not any(map(_is_misread, _BYTES_AS_TEXT.findall(text))):
        return text
    try:
        return text.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return text


def _is_mojibake(text: str) -> bool:
    if "\ufffd" in text or any("\x80" <= character <= "\x9f" for character in text):
        return True
    return repaired(text) != text


def _is_misread(pair: str) -> bool:
    """Whether two characters are the bytes of one: `Ã©` is, `É»` in `«CAFÉ»` is not."""
    return not "\u00c9" <= pair[0] <= "\u00cd"
