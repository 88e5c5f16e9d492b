"""Titles and names of people brought to one spelling for comparison. Never shown to anybody."""

import re
from functools import lru_cache
from typing import NamedTuple
from unicodedata import normalize

from anyascii import anyascii
from ftfy import fix_encoding

ARTICLES = frozenset(
    {"the", "a", "an", "le", "la", "les", "l", "un", "une", "der", "die", "das", "ein", "eine"}
    | {"el", "los", "las", "il", "lo", "gli", "i", "o", "os", "as", "de", "het", "een", "den"}
    | {"det", "en", "et"}
)
_ROMAN = [
    "i",
    "ii",
    "iii",
    "iv",
    "v",
    "vi",
    "vii",
    "viii",
    "ix",
    "x",
    "xi",
    "xii",
    "xiii",
    "xiv",
    "xv",
    "xvi",
]
_WORDS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
    "twenty",
]
_NUMBERS = {word: str(n) for n, word in enumerate(_WORDS)} | {
    numeral: str(n) for n, numeral in enumerate(_ROMAN, 1) if numeral not in ("i", "v", "x")
}
_AT_THE_END = {"i": "1", "v": "5", "x": "10"}
"""Numerals that are also words and initials: numbers only where a title ends with them."""

_COUNTED = frozenset({"part", "pt", "vol", "volume", "no", "chapter", "number"})
_MOJIBAKE = re.compile(
    "[\u00c2-\u00f4\u0192][\u0080-\u00bf\u0152-\u0178\u0192\u02c6\u02dc\u2013-\u203a\u20ac\u2122]"
)
_LOST_ESCAPE = re.compile(r"\\?u([0-9A-F]{4}|[0-9a-f]{4})(?![0-9A-Fa-f]{4})")
_LOST_LETTER = re.compile("(?<=\\w)[?\ufffd](?=\\w)")
"""What an encoding that lacks a letter left of it: `Oph?ls`."""
_BRACKETS = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]")
_YEARS = re.compile(r"(?:19|20)\d{2}(?:\s*[-\u2013]\s*(?:(?:19|20)\d{2})?)?")
_APART = re.compile(r"\s*[:;]\s+|\s+[-\u2013\u2014/|]\s+|(?<=\w{4})\.\s+")
"""What sets a subtitle apart. A full stop after few letters ends an abbreviation."""
_AKA = re.compile(r"(?:a\.?k\.?a\.?|also known as)[\s:]+", re.IGNORECASE)
_EDITION = re.compile(
    r"[\s:,-]+(?:(?:the )?(?:director'?s|extended|unrated|uncut|theatrical|special|ultimate|final"
    r"|anniversary|collector'?s|remastered|restored|international)(?: (?:cut|edition|version))"
    r"|\d+th anniversary(?: edition)?|unrated|remastered|uncut|4k|uhd|hd|3d|dubbed|subtitled"
    r")\s*$",
    re.IGNORECASE,
)
_MARKER = re.compile(
    r"tv|v|vg|u\.?s\.?a?|u\.?k\.?|film|movie|(?:tv |mini-?)?series|short|documentary",
    re.IGNORECASE,
)
_ENDS = "cut edition version anniversary unrated remastered uncut 4k uhd hd 3d dubbed subtitled"
_EDITION_ENDS = tuple(_ENDS.split())
"""What the last word of an edition ends with: most titles need no closer look."""

_RECOUNTED = frozenset(_COUNTED | _NUMBERS.keys() | _AT_THE_END.keys())
_SUFFIXES = frozenset({"jr", "sr", "ii", "iii"})


class _Letters(dict[int, str]):
    """Of each character, its lower-case Latin letters and digits; a blank for a mark."""

    def __missing__(self, code: int) -> str:
        letters = anyascii(chr(code)).lower().replace("'", "")
        self[code] = plain = "".join(c if c.isalnum() else " " for c in letters)
        return plain


_LETTERS = _Letters({ord("&"): " and ", ord("\u2019"): ""})


def repaired(text: str) -> str:
    """Text as it was meant: UTF-8 encoded twice and escapes without backslash are undone, what
    stands for a lost letter is left out.
    """
    if not text.isascii() and _MOJIBAKE.search(text):
        text = fix_encoding(text)
    if "u0" in text or "\\u" in text:
        text = _LOST_ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    if "?" in text or "\ufffd" in text:
        text = _LOST_LETTER.sub("", text)
    return text


def plain(text: str) -> str:
    """Lower-case Latin letters and digits, one blank between words, whatever the script."""
    if not text.isascii():
        text = normalize("NFC", text)
    return " ".join(text.translate(_LETTERS).split())


@lru_cache(maxsize=65536)
def title_names(title: str) -> tuple[str, ...]:
    """Every name that one title states, the main one first; () when nothing is left.

    `Seven (a.k.a. Se7en) (1995)` states `7` and `se7en`; `Matrix, The` states `matrix`. Years,
    markers and editions go, a leading or inverted article too; numerals become digits.
    """
    found = dict.fromkeys(name for one in _texts(title) if (name := _name(one)))
    return tuple(found) or ((name,) if (name := plain(title)) else ())


class Parts(NamedTuple):
    """Of a title the names that an article led, `matrix` of `Matrix, The`, those that none did,
    and those of what stands before and after each colon or dash."""

    articled: tuple[str, ...] = ()
    bare: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()
    tails: tuple[str, ...] = ()


@lru_cache(maxsize=65536)
def title_parts(title: str) -> Parts:
    """`Star Wars: Episode VI - Return of the Jedi` has the heads `star wars` and `star wars
    episode 6`, the tails `episode 6 return of the jedi` and `return of the jedi`."""
    texts = _texts(title)
    names = [_led(text) for text in texts]
    articled = tuple(name for name, led in names if led)
    bare = tuple(name for name, led in names if not led)
    if not _APART.search(title):
        return Parts(articled, bare)
    cuts = [(text, cut) for text in texts for cut in _APART.finditer(text)]
    heads = dict.fromkeys(_name(text[: cut.start()]) for text, cut in cuts)
    tails = dict.fromkeys(_name(text[cut.end() :]) for text, cut in cuts)
    return Parts(articled, bare, tuple(filter(None, heads)), tuple(filter(None, tails)))


def _texts(title: str) -> list[str]:
    """The title without what is in brackets, then what of that is another name."""
    text = repaired(title.strip())
    others: list[str] = []
    if "(" in text or "[" in text:

        def keep(match: re.Match[str]) -> str:
            inner = match[1].strip()
            if inner.isdigit() and (
                len(inner) < 3 or (match.start() == 0 and match.end() < len(text))
            ):
                return f" {inner} "
            if not _YEARS.fullmatch(inner) and not _MARKER.fullmatch(inner):
                others.append(_AKA.sub("", inner, count=1))
            return " "

        text = _BRACKETS.sub(keep, text).strip()
    return [text, *others]


def normal_title(title: str) -> str:
    """The main name that a title states; "" when nothing is left."""
    return next(iter(title_names(title)), "")


def _name(text: str) -> str:
    return _led(text)[0]


def _led(text: str) -> tuple[str, bool]:
    """The name that a text states, and whether an article led it."""
    if "," in text:
        before, _, last = text.rpartition(",")
        if (article := last.strip().lower().rstrip("'\u2019")) in ARTICLES:
            text = f"{article} {before}"
    if text.rstrip().lower().endswith(_EDITION_ENDS):
        text = _EDITION.sub("", text)
    words = plain(text).split()
    led = len(words) > 1 and words[0] in ARTICLES
    if led:
        del words[0]
    if not _RECOUNTED.isdisjoint(words):
        words = _counted(words)
    return " ".join(words), led


def _counted(words: list[str]) -> list[str]:
    """Numerals and number words as digits, `part` and the like left out before them."""
    found = []
    for position, word in enumerate(words, 1):
        following = words[position] if position < len(words) else ""
        if word in _COUNTED and (
            following.isdigit() or following in _NUMBERS or following in _AT_THE_END
        ):
            continue
        if word in _NUMBERS:
            word = _NUMBERS[word]
        elif position == len(words) > 1 and word in _AT_THE_END:
            word = _AT_THE_END[word]
        found.append(word)
    return found


@lru_cache(maxsize=65536)
def person_name(name: str) -> str:
    """`Eisenstein, Sergei M. (I)` as `eisenstein sergei`: words in order, initials left out."""
    text = repaired(name)
    if "(" in text:
        text = _BRACKETS.sub(" ", text)
    last, comma, first = text.partition(",")
    words = plain(f"{first} {last}" if comma else text).split()
    long = [word for word in words if len(word) > 1 and word not in _SUFFIXES]
    return " ".join(sorted(long or words))
