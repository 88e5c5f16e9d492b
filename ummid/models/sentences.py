"""Where sentences end, and texts cut there."""

import re
from collections.abc import Iterator

_END = re.compile(
    r"""(?:[.!?…؟।]+["'”’»)\]]*(?=\s|$)|[。！？]+[」』”）]*)"""  # CJK leaves no space
)
_ABBREVIATION = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|St|Jr|Sr|Prof|Gen|Col|Capt|Lt|Sgt|Rev|Hon|vs|etc|No|Vol|Ep|feat|ca|bzw"
    r"|z\.B|M|Mme|Mlle|Sra|Dra)|\b\w)\.$"
)
_LONGEST_ABBREVIATION = 8
_UNSPACED = re.compile(
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]"
)
_WORD = re.compile(r"\w+(?:['’-]\w+)*")
_UNSPACED_LETTERS_PER_WORD = 2


def ends(text: str) -> Iterator[int]:
    """The positions after which a sentence of `text` ends; the last one is the text's end.

    An initial or an abbreviation ends none, save at the end of the text.
    """
    last = 0
    for found in _END.finditer(text):
        end = found.end()
        if end == len(text) or not _ABBREVIATION.search(
            text[max(0, end - _LONGEST_ABBREVIATION) : end]
        ):
            last = end
            yield last
    if last < len(text):
        yield len(text)


def sentences(text: str) -> list[str]:
    found, start = [], 0
    for end in ends(text):
        found.append(text[start:end].strip())
        start = end
    return found


def cut(text: str, limit: int) -> str:
    """The most whole sentences from the start that fit `limit` characters; "" if none does."""
    return text[: max((end for end in ends(text) if end <= limit), default=0)]


def cut_words(text: str, most: int) -> str:
    """The most whole sentences from the start that have up to `most` words; "" if none does."""
    fitting = (end for end in ends(text) if words(text[:end]) <= most)
    return text[: max(fitting, default=0)]


def words(text: str) -> int:
    """How many words a text has; scripts that write none apart are counted by their letters."""
    letters = len(_UNSPACED.findall(text))
    spaced = _UNSPACED.sub(" ", text) if letters else text
    return len(_WORD.findall(spaced)) + -(-letters // _UNSPACED_LETTERS_PER_WORD)
