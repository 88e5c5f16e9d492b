"""Keywords out of one text, without a corpus: runs of telling words, by frequency and place.

After RAKE (Rose et al., "Automatic keyword extraction from individual documents", 2010):
phrases are what stands between small words and punctuation. What is said early and often counts
more, as in YAKE (Campos et al., 2020). The same text gives the same keywords.
"""

import math
import re
from collections.abc import Iterable, Set

from ummid.models.sentences import sentences
from ummid.models.spoken import small_words

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_LONGEST, _SHORTEST_WORD = 2, 3
_PHRASE_BONUS = 0.5


def keywords(text: str, language: str, most: int, without: Iterable[str] = ()) -> tuple[str, ...]:
    """Up to `most` phrases of one or two words, the most telling first, in lower case.

    `without`: names (of people, of the title) whose words are no keywords. Empty for a language
    whose small words are not known: any word might be one.
    """
    small = small_words(language)
    if not small:
        return ()
    names = {word for name in without for word in _words(name)}
    scores: dict[str, float] = {}
    for number, sentence in enumerate(sentences(text)):
        for phrase in _phrases(sentence, small, names):
            weight = 1 + _PHRASE_BONUS * phrase.count(" ")
            scores[phrase] = scores.get(phrase, 0) + weight / (1 + math.log1p(number))
    ranked = sorted(scores, key=lambda phrase: -scores[phrase])  # stable: the first said first
    chosen: list[str] = []
    for phrase in ranked:
        if not any(
            f" {phrase} " in f" {other} " or f" {other} " in f" {phrase} " for other in chosen
        ):
            chosen.append(phrase)
        if len(chosen) == most:
            break
    return tuple(chosen)


def _phrases(sentence: str, small: Set[str], names: Set[str]) -> Iterable[str]:
    run: list[str] = []
    last = 0
    for found in _WORD.finditer(sentence):
        word = found[0].lower().replace("’", "'")
        if sentence[last : found.start()].strip():
            yield from _said(run)
            run = []
        last = found.end()
        word = word.removesuffix("'s")
        if word in small or word in names or len(word) < _SHORTEST_WORD:
            yield from _said(run)
            run = []
        else:
            run.append(word)
    yield from _said(run)


def _said(run: list[str]) -> Iterable[str]:
    """A long run is no phrase anybody would look for: its words stand alone."""
    return [" ".join(run)] if 0 < len(run) <= _LONGEST else run


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]
