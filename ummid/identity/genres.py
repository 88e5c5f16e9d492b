"""Genres of several vocabularies brought to one, as far as they mean the same."""

from functools import lru_cache

from ummid.identity.normal import plain

_SAME: dict[str, tuple[str, ...]] = {
    "sci fi": ("scifi",),
    "science fiction": ("scifi",),
    "children": ("family",),
    "kids": ("family",),
    "documentation": ("documentary",),
    "musical": ("music",),
    "concert performance": ("music",),
    "reality tv": ("reality",),
    "thriller suspense": ("thriller",),
    "suspense": ("thriller",),
    "black comedy": ("comedy",),
    "romantic comedy": ("comedy", "romance"),
    "sports": ("sport",),
    "biography": ("history",),
}
_NO_GENRE = frozenset(
    {"imax", "tv movie", "european", "foreign", "short", "multiple genres", "other", "film", "tv"}
)
"""Where or how something was made or shown."""


@lru_cache(maxsize=4096)
def genre_names(text: str) -> tuple[str, ...]:
    """`Action & Adventure` as `action`, `adventure`; () for what is no genre."""
    names = [part.strip() for part in plain(text).split(" and ")]
    return tuple(
        same
        for name in names
        if name and name not in _NO_GENRE
        for same in _SAME.get(name, (name,))
    )
