"""Link keys: what two statements must share to be candidates for one title.

Strong keys are identifiers: a valid EIDR, IMDb, TMDB… id, or the partner's own. Weak keys are
normalised title + year + kind, or for episodes series title + numbers. A statement's links
depend on nothing but the statement.
"""

from msgspec import Struct

from ummid.catalog.keys import stable_id
from ummid.catalog.model import ExternalId, Kind, SourceRecord
from ummid.identity.normal import normal_title

JOINING = frozenset({"eidr", "imdb", "tms", "tmdb", "tvdb", "isan", "movielabs", "uuid"})
"""Schemes whose values name one work, or one version of it, for everybody."""

_NAMING = frozenset({"eidr", "imdb", "tmdb", "tvdb"})
"""Schemes of which a work has one id: two different values are two works."""

_NUMBERED_BY_KIND = frozenset({"tmdb", "tvdb"})
"""Schemes that count films, series, seasons and episodes apart: film 603 is not series 603."""
_COUNTED_APART = frozenset({"series", "season", "episode"})

_KIND_GROUPS: dict[Kind, str] = {
    "film": "film",
    "special": "film",
    "short": "film",
    "unknown": "film",
    "series": "series",
}
_USES = frozenset({"display", "original", "alternate"})


class Links(Struct, frozen=True, array_like=True):
    """Everything that identity needs of one statement.

    `parents` are the strong links under which its parents may be found. `names` are
    (scheme, value) of ids of which a work has one; `owner` is (partner and format, own id):
    a partner that lists two titles means two, unless an id says otherwise.
    """

    strong: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    owner: tuple[str, str] | None = None


NO_LINKS = Links()


def links(record: SourceRecord) -> Links:
    """The link keys of a statement, a function of the statement alone."""
    names = {
        (i.scheme, i.value)
        for i in record.ids
        if i.scheme in _NAMING and i.scope in ("title", record.kind) and joins(i, record.kind)
    }
    return Links(
        tuple(strong_links(record)),
        tuple(weak_links(record)),
        tuple(parent_links(record)) if record.parents else (),
        tuple(sorted(names)),
        (f"{record.partner} {record.format}", record.own_id) if record.own_id else None,
    )


def own_link(partner: str, own_id: str) -> str:
    return stable_id("own", partner, own_id)


def id_link(external: ExternalId, kind: str) -> str:
    """The link of an id of something of this kind (or in this relation, for a parent)."""
    if external.scheme in _NUMBERED_BY_KIND:
        counted = kind if kind in _COUNTED_APART else "film"
        return stable_id("id", external.scheme, external.value, counted)
    return stable_id("id", external.scheme, external.value)


def strong_links(record: SourceRecord) -> list[str]:
    """Ids that join. One that failed its check joins nothing."""
    links = [id_link(i, record.kind) for i in record.ids if joins(i, record.kind)]
    if record.own_id:
        links.append(own_link(record.partner, record.own_id))
    return links


def joins(external: ExternalId, kind: Kind) -> bool:
    """Whether an id names the statement's own work, or a version of it, and passed its check.

    A series' id on an episode names something else; on the series' own statement it is its own.
    """
    return (
        external.valid
        and external.scheme in JOINING
        and external.scope in ("title", "edit", "manifestation", kind)
    )


def weak_links(record: SourceRecord) -> list[str]:
    """Title and year, or series title and numbers; nothing where either is unknown."""
    if record.kind in ("episode", "season"):
        return _numbered(record)
    group = _KIND_GROUPS.get(record.kind)
    if group is None or record.year is None:
        return []
    names = {normal_title(t.value) for t in record.titles if t.use in _USES}
    year = str(record.year)
    return [stable_id("title", n, year, group) for n in sorted(names) if n]


def _numbered(record: SourceRecord) -> list[str]:
    series = next((p.title for p in record.parents if p.relation == "series" and p.title), None)
    name = normal_title(series) if series else ""
    if not name or record.season_number is None:
        return []
    if record.kind == "season":
        return [stable_id("season", name, str(record.season_number))]
    if record.episode_number is None:
        return []
    return [stable_id("episode", name, str(record.season_number), str(record.episode_number))]


def parent_links(record: SourceRecord) -> list[str]:
    """The links under which this statement's parents may be found."""
    found = []
    for parent in record.parents:
        for external in parent.ids:
            if external.scheme == "partner":
                found.append(own_link(record.partner, external.value))
            elif external.valid:
                found.append(id_link(external, parent.relation))
    return found
