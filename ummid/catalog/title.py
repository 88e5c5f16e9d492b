"""The golden record: one title as the catalogue serves it, with why each field is so."""

from typing import Any

from msgspec import Struct

from ummid.catalog.model import (
    Artwork,
    Credit,
    ExternalId,
    Genre,
    Kind,
    Organisation,
    Rating,
    Release,
    Synopsis,
    Technical,
    Text,
)


class Loser(Struct, frozen=True, omit_defaults=True):
    """A statement that said something else, and what it said."""

    record: str
    value: Any


class FieldProvenance(Struct, frozen=True, omit_defaults=True):
    """Why a field holds what it holds.

    `rule`: `only` (nobody else says), `agreement` (all say the same), `precedence` (declared
    order of partners), `recency` (stated last), `quality` (sounder or fuller), `language` (texts
    of no stated language gave way to those of `record`), `union` (all are kept). A union says
    in `by`, item by item, the positions in the title's `sources` of who states it.
    """

    record: str
    rule: str
    losers: tuple[Loser, ...] = ()
    by: tuple[tuple[int, ...], ...] = ()


class Claim(Struct, frozen=True):
    """One of several values that contradict each other, and the records that state it."""

    value: Any
    records: tuple[str, ...]


class Conflict(Struct, frozen=True):
    """Statements that cannot all be true of one title. `reason` is what they disagree by."""

    field: str
    reason: str
    claims: tuple[Claim, ...]


class Score(Struct, frozen=True, omit_defaults=True):
    """0 to 100. Every reason ends in what it takes off: `no artwork (-10)`."""

    score: int
    reasons: tuple[str, ...] = ()


class Contribution(Struct, frozen=True, omit_defaults=True):
    """One statement behind a title."""

    record: str
    partner: str
    format: str
    own_id: str | None = None


class TitleParent(Struct, frozen=True, omit_defaults=True):
    """`id` is the parent's title id when the catalogue holds it."""

    relation: str
    id: str | None = None
    title: str | None = None


class AiringView(Struct, frozen=True, omit_defaults=True):
    channel: str
    start: str
    end: str | None = None
    channel_name: str | None = None


class Title(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One title. Field meanings are those of SourceRecord; `title` is its display name.

    `provenance` names the fields whose winner is not the first of `sources` or that had
    other candidates; every other field comes from the first of `sources` alone.
    `completeness` is how much is known of what a title of its kind should have, `quality` how
    far what is known can be relied on.
    """

    id: str
    kind: Kind
    title: str | None = None
    year: int | None = None
    titles: tuple[Text, ...] = ()
    synopses: tuple[Synopsis, ...] = ()
    parents: tuple[TitleParent, ...] = ()
    season_number: int | None = None
    episode_number: int | None = None
    absolute_number: int | None = None
    number_text: str | None = None
    duration_ms: int | None = None
    original_language: str | None = None
    languages: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    genres: tuple[Genre, ...] = ()
    keywords: tuple[str, ...] = ()
    credits: tuple[Credit, ...] = ()
    ratings: tuple[Rating, ...] = ()
    releases: tuple[Release, ...] = ()
    artwork: tuple[Artwork, ...] = ()
    technical: tuple[Technical, ...] = ()
    versions: tuple[str, ...] = ()
    organisations: tuple[Organisation, ...] = ()
    ids: tuple[ExternalId, ...] = ()
    links: tuple[str, ...] = ()
    airings: tuple[AiringView, ...] = ()
    airings_omitted: int = 0
    doubts: tuple[str, ...] = ()
    completeness: Score | None = None
    quality: Score | None = None
    conflicts: tuple[Conflict, ...] = ()
    sources: tuple[Contribution, ...] = ()
    provenance: dict[str, FieldProvenance] = {}
