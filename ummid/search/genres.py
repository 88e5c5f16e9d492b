"""Other words for a genre, so that whoever asks need not know a partner's vocabulary."""

from collections.abc import Iterable

_ALSO = {
    "scifi": ("science fiction", "sci-fi"),
    "sci-fi": ("science fiction", "scifi"),
    "science fiction": ("scifi", "sci-fi"),
    "animation": ("animated", "cartoon"),
    "documentation": ("documentary",),
    "horror": ("scary",),
    "romance": ("romantic",),
    "comedy": ("funny",),
    "family": ("children", "kids"),
    "history": ("historical",),
    "musical": ("music",),
    "music": ("musical",),
}


def asked_as(genres: Iterable[str]) -> tuple[str, ...]:
    """Genres with the other words for them, each once."""
    named = [(genre, *_ALSO.get(genre.lower(), ())) for genre in genres]
    return tuple(dict.fromkeys(word for words in named for word in words))
