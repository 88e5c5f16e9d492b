"""Common words of titles in several languages brought to one, so that translations may meet.

`noche`, `nuit` and `Nacht` become `night`. A title translated word by word then shares words
with its original; most are not, and for those nothing is lost.
"""

from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files

import msgspec

_FILE = files(__package__).joinpath("lexicon.json")
_MEANINGS = {
    word: english
    for english, words in msgspec.json.decode(_FILE.read_bytes(), type=dict[str, str]).items()
    for word in words.split()
}
_LITTLE_WORDS = (
    "the a an and of to in on at for with by from is are was were been his her their its that "
    "this these those into after before out about el la los las lo un una y e de del al en con "
    "por para su sus se que es esta esto estos estas le les l une et du des au aux dans pour "
    "par sur d sa ses ce ces cette der die das den dem ein eine einen einem einer eines und im "
    "zu mit von vom zum zur auf sein seine seiner ihr ihre il i gli uno di dal dalla della dei "
    "degli delle dello da nel nella sul sulla suo sua o os as um uma do na no nos nas em com ao "
    "aos pelo pela seu seus sem"
)
_LITTLE = frozenset(_LITTLE_WORDS.split())


_COMMON = _LITTLE | _MEANINGS.keys() | set(_MEANINGS.values())


def is_common(word: str) -> bool:
    """Whether many titles have it: a number, a little word, or one of the list."""
    return word in _COMMON or word.isdigit()


def meanings(words: Iterable[str]) -> list[str]:
    """The words that carry meaning, each in English as far as it is a common one."""
    return [_MEANINGS.get(word, word) for word in words if word not in _LITTLE]


@lru_cache(maxsize=1 << 15)
def meaning(name: str) -> frozenset[str]:
    """The words of a name that carry meaning, in English."""
    return frozenset(meanings(name.split()))
