"""Links: what identity needs of one statement, a function of the statement alone.

Strong links are identifiers and join by themselves: a valid EIDR, IMDb, TMDB… id, or the
partner's own. Blocks only say who is to be compared with whom; the comparison decides.
"""

import hashlib

import msgspec
from msgspec import Struct

from ummid.catalog.keys import stable_id
from ummid.catalog.model import ExternalId, Kind, SourceRecord
from ummid.identity.blocking import blocks
from ummid.identity.profile import NO_PROFILE, Profile, profile

JOINING = frozenset({"eidr", "imdb", "tms", "tmdb", "tvdb", "isan", "movielabs", "uuid"})
"""Schemes whose values name one work, or one version of it, for everybody."""

_NAMING = frozenset({"eidr", "imdb", "tmdb", "tvdb"})
"""Schemes of which a work has one id: two different values are two works."""

_NUMBERED_BY_KIND = frozenset({"tmdb", "tvdb"})
"""Schemes that count films, series, seasons and episodes apart: film 603 is not series 603."""
_COUNTED_APART = frozenset({"series", "season", "episode"})


class Links(Struct, frozen=True, array_like=True, gc=False):
    """Everything that identity needs of one statement.

    `parents` are the strong links under which its parents may be found. `names` are
    (scheme, value) of ids of which a work has one; `owner` is (partner and format, own id):
    a partner that lists two titles means two, unless an id says otherwise. `mark` tells one
    state of a statement's blocks, owner and profile from another.
    """

    strong: tuple[str, ...] = ()
    blocks: tuple[str, ...] = ()
    parents: tuple[str, ...] = ()
    names: tuple[tuple[str, str], ...] = ()
    owner: tuple[str, str] | None = None
    profile: Profile = NO_PROFILE
    mark: str = ""


NO_LINKS = Links()


def links(record: SourceRecord) -> Links:
    """What identity needs of a statement."""
    names = {
        (i.scheme, i.value)
        for i in record.ids
        if i.scheme in _NAMING and i.scope in ("title", record.kind) and joins(i, record.kind)
    }
    owner = (f"{record.partner} {record.format}", record.own_id) if record.own_id else None
    said = profile(record)
    within = blocks(said)
    return Links(
        tuple(strong_links(record)),
        within,
        tuple(parent_links(record)) if record.parents else (),
        tuple(sorted(names)),
        owner,
        said,
        _mark(owner, said) if within else "",
    )


def _mark(owner: tuple[str, str] | None, said: Profile) -> str:
    return hashlib.blake2b(msgspec.msgpack.encode((owner, said)), digest_size=6).hexdigest()


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
