"""Which language a text is in, by its script and its small words.

Good enough to hold a model to the language it was asked for, on whole paragraphs; a language
whose script is shared and whose small words are not known here cannot be told from others.
"""

import re
from functools import cache

import stop_words

from ummid.catalog.languages import UNDETERMINED

_SCRIPTS = {
    "latin": "A-Za-z\u00c0-\u024f\u1e00-\u1eff",
    "cyrillic": "\u0400-\u052f",
    "greek": "\u0370-\u03ff\u1f00-\u1fff",
    "arabic": "\u0600-\u06ff\u0750-\u077f",
    "hebrew": "\u0590-\u05ff",
    "devanagari": "\u0900-\u097f",
    "gujarati": "\u0a80-\u0aff",
    "thai": "\u0e00-\u0e7f",
    "hangul": "\uac00-\ud7af\u1100-\u11ff",
    "kana": "\u3040-\u30ff",
    "han": "\u3400-\u9fff",
}
_LETTERS = {name: re.compile(f"[{letters}]") for name, letters in _SCRIPTS.items()}
_SCRIPT_OF = {
    **dict.fromkeys(("ru", "uk", "bg", "be", "mk", "kk", "mn"), "cyrillic"),
    **dict.fromkeys(("ar", "fa", "ur"), "arabic"),
    **dict.fromkeys(("hi", "mr", "ne"), "devanagari"),
    "el": "greek",
    "he": "hebrew",
    "gu": "gujarati",
    "th": "thai",
    "ko": "hangul",
    "ja": "kana",
    "zh": "han",
    "yue": "han",
}
_ENTIRE = {"kana", "han", "hangul", "thai", "greek", "hebrew", "gujarati"}
"""Scripts that one language writes here: nothing more is to be told."""

_SAME = {"no": "nb", "nn": "nb", "iw": "he", "in": "id", "cmn": "zh"}
_TOKEN = re.compile(r"[^\W\d_]+")
_FEWEST_TOKENS, _GUESSED_TOKENS = 20, 8
_LEAST_SHARE, _GUESSED_SHARE = 0.10, 0.25
_CLEARLY = 1.25
_LEAST_LETTERS = 0.6
_LEAST_KANA = 0.1


def primary(language: str) -> str:
    """`pt-BR` as `pt`."""
    lead = language.lower().partition("-")[0]
    return _SAME.get(lead, lead)


@cache
def small_words(language: str) -> frozenset[str]:
    """The words that tell the language and not the subject; none where they are not known."""
    known = stop_words.LANGUAGE_MAPPING.get(primary(language))
    return frozenset(stop_words.get_stop_words(known)) if known else frozenset()


def is_in(text: str, language: str) -> bool:
    """Whether a paragraph may be in `language`: False only with evidence against it."""
    wanted = primary(language)
    shares = _scripts(text)
    script = _SCRIPT_OF.get(wanted)
    if script is None and not small_words(wanted):
        return any(map(str.isalpha, text))
    if not _is_written(shares, script or "latin"):
        return False
    tokens = _tokens(text)
    if script in _ENTIRE or len(tokens) < _FEWEST_TOKENS or not small_words(wanted):
        return True
    found = _share(tokens, wanted)
    best = max(_share(tokens, other) for other in _rivals(script or "latin"))
    return found >= _LEAST_SHARE and best <= _CLEARLY * found


def guess(text: str) -> str:
    """The language a text is surely in, or `und`."""
    shares = _scripts(text)
    for language, script in _SCRIPT_OF.items():
        if script in _ENTIRE and _is_written(shares, script):
            return language
    tokens = _tokens(text)
    if not shares or len(tokens) < _GUESSED_TOKENS:
        return UNDETERMINED
    script = max(shares, key=lambda name: shares[name])
    ranked = sorted((-_share(tokens, other), other) for other in _rivals(script))
    if not ranked or -ranked[0][0] < _GUESSED_SHARE:
        return UNDETERMINED
    clear = len(ranked) < 2 or -ranked[0][0] > _CLEARLY * -ranked[1][0]
    return ranked[0][1] if clear else UNDETERMINED


def _scripts(text: str) -> dict[str, float]:
    """The share of each script among the letters of a text."""
    counts = {name: len(pattern.findall(text)) for name, pattern in _LETTERS.items()}
    total = sum(counts.values())
    return {name: count / total for name, count in counts.items()} if total else {}


def _is_written(shares: dict[str, float], script: str) -> bool:
    if script == "kana":
        together = shares.get("kana", 0) + shares.get("han", 0)
        return together >= _LEAST_LETTERS and shares["kana"] >= _LEAST_KANA
    if script == "han" and shares.get("kana", 0) >= _LEAST_KANA:
        return False
    return shares.get(script, 0) >= _LEAST_LETTERS


def _tokens(text: str) -> list[str]:
    return _TOKEN.findall(text.lower())


def _share(tokens: list[str], language: str) -> float:
    known = small_words(language)
    return sum(token in known for token in tokens) / len(tokens)


@cache
def _rivals(script: str) -> tuple[str, ...]:
    """The languages with known small words that are written in a script."""
    known = sorted(stop_words.LANGUAGE_MAPPING)
    return tuple(one for one in known if _SCRIPT_OF.get(one, "latin") == script)
