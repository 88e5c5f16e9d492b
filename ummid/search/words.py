"""Texts cut into the words that are compared: folded, stemmed, CJK in pairs of signs."""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

import Stemmer

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\uac00-\ud7af]+")
_SPACED_OUT = re.compile(r"['’]s?$|['’]")
_LONGEST = 64
_stemmer = Stemmer.Stemmer("english")


def plain_words(text: str) -> list[str]:
    """Words as written, but for case, accents and apostrophes: what titles are compared by."""
    return [word for written in _WORD.findall(_folded(text)) for word in _parts(written)]


def stems(text: str) -> list[str]:
    """Words as the index holds them."""
    return [stem(word) for word in plain_words(text)]


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    return str(_stemmer.stemWord(word))


def _folded(text: str) -> str:
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    kept = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return unicodedata.normalize("NFC", kept)


def _parts(written: str) -> Iterator[str]:
    word = _SPACED_OUT.sub("", re.sub(r"['’]s$", "", written))[:_LONGEST]
    if word.isascii() or not _CJK.search(word):
        yield word
        return
    for run in re.findall(rf"{_CJK.pattern}|(?:(?!{_CJK.pattern}).)+", word):
        if len(run) < 3 or not _CJK.match(run):
            yield run
        else:
            yield from (run[n : n + 2] for n in range(len(run) - 1))
