"""What identity compares of a statement: small, normalised, a function of the statement alone."""

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from ummid.catalog.model import Kind, SourceRecord
from ummid.identity.genres import genre_names
from ummid.identity.normal import person_name, plain, title_names, title_parts

_KINDS: dict[Kind, str] = {
    "film": "film",
    "special": "film",
    "short": "film",
    "event": "film",
    "series": "series",
    "season": "season",
    "episode": "episode",
    "unknown": "",
}
"""Kinds whose statements are compared at all, by what they may be the same as; "" with any.
Other kinds describe media, parts or slots: they join a title by its ids alone."""

_USES = frozenset({"display", "original", "alternate", "short"})
_NAMES, _DIRECTORS, _PEOPLE, _WORDS = 8, 4, 8, 24
_SYNOPSIS = 600
_STOP = (
    "the and of to in on at for with by from is are was were been his her their its that this "
    "these those into after before when while where which have has will can out about two"
)
STOP_WORDS = frozenset(_STOP.split())


class Profile(Struct, frozen=True, array_like=True, gc=False):
    """Everything that one statement contributes to a comparison.

    `kind` is `film`, `series`, `season`, `episode`, "" for one of these, None for a statement
    that is not compared. `names` are normalised titles; `series` those of the series above;
    `runtime` is in minutes; `words` are the longest of the synopsis. `articled` are names that
    it states with an article only (None in rows of an earlier version); `heads` and `tails` what
    stands before and after a colon or dash.
    """

    kind: str | None = None
    names: tuple[str, ...] = ()
    year: int | None = None
    date: str | None = None
    runtime: int | None = None
    series: tuple[str, ...] = ()
    season: int | None = None
    episode: int | None = None
    directors: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    articled: tuple[str, ...] | None = None
    heads: tuple[str, ...] = ()
    tails: tuple[str, ...] = ()


NO_PROFILE = Profile()


def profile(record: SourceRecord) -> Profile:
    kind = _KINDS.get(record.kind)
    if kind is None:
        return NO_PROFILE
    titles = [t.value for t in record.titles if t.use in _USES]
    names = dict.fromkeys(n for title in titles for n in title_names(title))
    series = dict.fromkeys(
        n
        for p in record.parents
        if p.relation == "series" and p.title
        for n in title_names(p.title)
    )
    directors: dict[str, None] = {}
    people: dict[str, None] = {}
    for credit in record.credits:
        name = person_name(credit.name)
        if name:
            (directors if credit.role == "director" else people)[name] = None
    technical = record.technical
    return Profile(
        kind,
        tuple(names)[:_NAMES],
        record.year,
        next((r.date for r in record.releases if r.precision == "day"), None),
        technical.duration_ms // 60_000 if technical and technical.duration_ms else None,
        tuple(series)[:_NAMES],
        record.season_number,
        record.episode_number,
        tuple(directors)[:_DIRECTORS],
        tuple(people)[:_PEOPLE],
        tuple(sorted(record.countries)),
        tuple(sorted({name for g in record.genres for name in genre_names(g.text)})),
        _longest_words(record),
        *_parts(titles),
    )


def _parts(titles: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """The names that only an article leads, the heads and the tails of all titles."""
    parts = [title_parts(title) for title in titles]
    bare = {name for part in parts for name in part.bare}
    yield _few(name for part in parts for name in part.articled if name not in bare)
    yield _few(name for part in parts for name in part.heads)
    yield _few(name for part in parts for name in part.tails)


def _few(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))[:_NAMES]


def _longest_words(record: SourceRecord) -> tuple[str, ...]:
    if not record.synopses:
        return ()
    text = max((s.value for s in record.synopses), key=len)[:_SYNOPSIS]
    words = [w for w in set(plain(text).split()) - STOP_WORDS if len(w) > 3]
    words.sort()
    words.sort(key=len, reverse=True)
    return tuple(words[:_WORDS])
