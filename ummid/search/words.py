"""Texts cut into the words that are compared: folded, stemmed, CJK in pairs of signs."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import Stemmer

_WORD = re.compile(r"[^\W_]+")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af]+")
_OTHERS = re.compile(rf"{_CJK.pattern}|(?:(?!{_CJK.pattern}).)+")
_APOSTROPHE = re.compile("['’]")
_OWNER = re.compile(r"(?<=\w)['’]s\b")
_ELIDED = re.compile(r"\b(d|l|qu|j|n|m|c|dell|dall|nell|sull)['’](?=\w)")
"""French and Italian: the word after the apostrophe is the one that is looked for."""
_LONGEST = 64
_NAME = 40
_stemmer = Stemmer.Stemmer("english")


def plain_words(text: str) -> list[str]:
    """Words as written, but for case, accents and apostrophes: what titles are compared by."""
    return list(_name_words(text)) if len(text) <= _NAME else _words(text)


@lru_cache(maxsize=65_536)
def _name_words(text: str) -> tuple[str, ...]:
    """Names of people and genres come again and again."""
    return tuple(_words(text))


def _words(text: str) -> list[str]:
    folded = _folded(text)
    if _APOSTROPHE.search(folded):
        folded = _APOSTROPHE.sub("", _OWNER.sub("", _ELIDED.sub(r"\1 ", folded)))
    words = [word[:_LONGEST] for word in _WORD.findall(folded)]
    if folded.isascii() or not _CJK.search(folded):
        return words
    return [part for word in words for part in _parts(word)]


def stems(text: str) -> list[str]:
    """Words as the index holds them."""
    return [*map(stem, plain_words(text))]


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    return str(_stemmer.stemWord(word))


def _folded(text: str) -> str:
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return unicodedata.normalize("NFC", kept)


def _parts(word: str) -> Iterator[str]:
    """Runs of CJK signs, which are written without spaces, in pairs."""
    for run in _OTHERS.findall(word):
        if len(run) < 3 or not _CJK.match(run):
            yield run
        else:
            yield from (run[n : n + 2] for n in range(len(run) - 1))
