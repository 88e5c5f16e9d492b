"""BERT's uncased WordPiece, of which a model's vocabulary is the only parameter."""

import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

_LONGEST_WORD = 100
_CJK = ((0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2FA1F), (0xF900, 0xFAFF))


class WordPiece:
    """Texts to token numbers, as the model was trained on them."""

    def __init__(self, vocabulary: Sequence[str], longest: int) -> None:
        """`longest` counts tokens with the two that mark begin and end; what follows is cut."""
        self._number = {token: n for n, token in enumerate(vocabulary)}
        self._begin, self._end = self._number["[CLS]"], self._number["[SEP]"]
        self._unknown = self._number["[UNK]"]
        self._longest = longest
        self._pieces = lru_cache(maxsize=65_536)(self._split)

    def encode(self, text: str) -> list[int]:
        numbers = [self._begin]
        for word in _words(text):
            numbers.extend(self._pieces(word))
            if len(numbers) >= self._longest - 1:
                break
        return [*numbers[: self._longest - 1], self._end]

    def _split(self, word: str) -> tuple[int, ...]:
        """The longest known piece, again and again; with a rest that is none, all is unknown."""
        if len(word) > _LONGEST_WORD:
            return (self._unknown,)
        pieces, start = [], 0
        while start < len(word):
            end = len(word)
            while end > start:
                found = self._number.get(("##" if start else "") + word[start:end])
                if found is not None:
                    break
                end -= 1
            else:
                return (self._unknown,)
            pieces.append(found)
            start = end
        return tuple(pieces)


def _words(text: str) -> Iterator[str]:
    """Lower case, no accents; punctuation and CJK signs stand alone."""
    word: list[str] = []
    for sign in unicodedata.normalize("NFD", text.lower()):
        category = unicodedata.category(sign)
        if category == "Mn" or (category[0] == "C" and sign not in "\t\n\r") or sign == "\ufffd":
            continue
        alone = _is_punctuation(sign, category) or _is_cjk(sign)
        if (alone or sign.isspace()) and word:
            yield "".join(word)
            word.clear()
        if alone:
            yield sign
        elif not sign.isspace():
            word.append(sign)
    if word:
        yield "".join(word)


def _is_punctuation(sign: str, category: str) -> bool:
    return category[0] == "P" or (sign.isascii() and not sign.isalnum() and not sign.isspace())


def _is_cjk(sign: str) -> bool:
    code = ord(sign)
    return any(first <= code <= last for first, last in _CJK)
