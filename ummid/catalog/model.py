"""One partner's statement about one title, in the catalogue's own terms.

Everything here is immutable and has one encoding. Times are UTC unless a field says
otherwise; durations are whole milliseconds; languages are BCP 47 tags; territories are
ISO 3166-1 alpha-2 or ISO 3166-2 codes or `WORLD`.
"""

from typing import Literal

from msgspec import Struct

from ummid.catalog.grants import Bound, Grant

Kind = Literal[
    "film",
    "series",
    "season",
    "episode",
    "short",
    "special",
    "event",
    "programme",
    "extra",
    "trailer",
    "bundle",
    "channel",
    "composition",
    "asset",
    "unknown",
]
"""`programme` is what a channel airs when the feed does not say more; `composition` an IMF
CPL; `asset` a package entry or delivered file: it describes media and is never a title."""

Action = Literal["upsert", "delete"]
TextUse = Literal["display", "short", "original", "sort", "internal", "alternate", "tagline"]
SynopsisLength = Literal["short", "medium", "long"]
IdScope = Literal["title", "edit", "manifestation", "series", "season", "package", "channel"]
DatePrecision = Literal["year", "month", "day"]


class Text(Struct, frozen=True, omit_defaults=True, gc=False):
    """A title in one language. `territory` narrows it where a partner localises by market."""

    value: str
    language: str = "und"
    use: TextUse = "display"
    territory: str | None = None


class Synopsis(Struct, frozen=True, omit_defaults=True, gc=False):
    """A description. Length follows MovieLabs: short ≤ 190, medium ≤ 400, long ≤ 4000."""

    value: str
    language: str = "und"
    length: SynopsisLength = "medium"
    territory: str | None = None


class ExternalId(Struct, frozen=True, omit_defaults=True, gc=False):
    """An identifier in a normalised spelling, beside how it was written.

    `valid` is False when a check character or shape is wrong: such an id is kept and shown
    and never joins two records.
    """

    scheme: str
    value: str
    scope: IdScope = "title"
    valid: bool = True
    raw: str | None = None


class Parent(Struct, frozen=True, omit_defaults=True, gc=False):
    """What this title belongs to: by ids where the feed has them, else by title."""

    relation: Literal["series", "season", "title", "bundle"]
    ids: tuple[ExternalId, ...] = ()
    title: str | None = None


class Genre(Struct, frozen=True, omit_defaults=True, gc=False):
    text: str
    scheme: str | None = None
    code: str | None = None
    language: str | None = None
    level: int | None = None


class Credit(Struct, frozen=True, omit_defaults=True, gc=False):
    """A person or group. `role` is lower case (`actor`, `director`, `writer`, `producer`…)."""

    name: str
    role: str = "actor"
    character: str | None = None
    order: int | None = None
    ids: tuple[ExternalId, ...] = ()


class Rating(Struct, frozen=True, omit_defaults=True, gc=False):
    system: str
    value: str
    territory: str | None = None
    reasons: tuple[str, ...] = ()


class Release(Struct, frozen=True, omit_defaults=True, gc=False):
    """A release event. `date` is ISO 8601, cut to its `precision`."""

    date: str
    type: str = "original"
    territory: str | None = None
    precision: DatePrecision = "day"


class Artwork(Struct, frozen=True, omit_defaults=True, gc=False):
    """`reference` is a URL or a partner's image id, never fetched on ingest."""

    reference: str
    purpose: str | None = None
    width: int | None = None
    height: int | None = None
    language: str | None = None


class Track(Struct, frozen=True, omit_defaults=True, gc=False):
    """One audio, video or subtitle component of a version."""

    kind: Literal["audio", "video", "subtitle"]
    language: str | None = None
    type: str | None = None
    codec: str | None = None
    channels: str | None = None
    location: str | None = None


class Technical(Struct, frozen=True, omit_defaults=True, gc=False):
    """Facts about a version. `frame_rate` is an exact fraction (`24000/1001`)."""

    duration_ms: int | None = None
    frame_rate: str | None = None
    width: int | None = None
    height: int | None = None
    hdr: str | None = None
    aspect_ratio: str | None = None
    colour: str | None = None
    bitrate_kbps: int | None = None
    size_bytes: int | None = None
    checksum: str | None = None
    mime_type: str | None = None
    location: str | None = None
    tracks: tuple[Track, ...] = ()
    ad_breaks_ms: tuple[int, ...] = ()


class Organisation(Struct, frozen=True, omit_defaults=True, gc=False):
    name: str
    role: str = "other"
    id: str | None = None


class Airing(Struct, frozen=True, omit_defaults=True, gc=False):
    """A slot on a channel's schedule. It says when something airs, never what may be shown."""

    channel: str
    start: Bound
    end: Bound | None = None
    channel_name: str | None = None
    flags: tuple[str, ...] = ()


class Warning(Struct, frozen=True, omit_defaults=True, gc=False):
    """Something taken with a doubt: kept in the record, shown beside the field."""

    code: str
    field: str
    message: str


class Source(Struct, frozen=True, omit_defaults=True, gc=False):
    """Where a statement stands: file and place (line and XPath, JSON pointer, sheet!row)."""

    path: str
    place: str


class Scope(Struct, frozen=True, omit_defaults=True, gc=False):
    """What a later full delivery must cover to replace this statement.

    `point` places the statement on a line (epoch ms on a channel) for feeds that replace a
    range; a statement without it is covered by the whole scope.
    """

    name: str
    point: int | None = None
    territory: str | None = None


class SourceRecord(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """One partner's statement about one title.

    `key` names the statement within partner and format: a later statement with the same key
    replaces it. `scopes` name the full deliveries that replace it by silence. `full_extract`
    says that this statement itself opens such a delivery for its scopes (Avails). `own_id`
    is the partner's id of the title, the same on every statement about that title.
    """

    format: str
    partner: str
    kind: Kind
    key: str
    source: Source
    format_version: str | None = None
    action: Action = "upsert"
    scopes: tuple[Scope, ...] = ()
    full_extract: bool = False
    event_time: int | None = None
    own_id: str | None = None
    ids: tuple[ExternalId, ...] = ()
    titles: tuple[Text, ...] = ()
    synopses: tuple[Synopsis, ...] = ()
    year: int | None = None
    parents: tuple[Parent, ...] = ()
    season_number: int | None = None
    episode_number: int | None = None
    absolute_number: int | None = None
    number_text: str | None = None
    original_language: str | None = None
    languages: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    genres: tuple[Genre, ...] = ()
    keywords: tuple[str, ...] = ()
    credits: tuple[Credit, ...] = ()
    ratings: tuple[Rating, ...] = ()
    releases: tuple[Release, ...] = ()
    artwork: tuple[Artwork, ...] = ()
    technical: Technical | None = None
    versions: tuple[str, ...] = ()
    organisations: tuple[Organisation, ...] = ()
    links: tuple[str, ...] = ()
    grants: tuple[Grant, ...] = ()
    airings: tuple[Airing, ...] = ()
    warnings: tuple[Warning, ...] = ()
    extra: dict[str, str] = {}


class Rejected(Struct, frozen=True, omit_defaults=True, kw_only=True, gc=False):
    """A statement, or the rest of a file, that could not be taken.

    `fatal` marks the end of what could be read: the file is then not a complete delivery.
    `key` is known where the statement could be named, so that a full delivery which restates
    it in a broken form does not count as withdrawing it.
    """

    format: str
    partner: str
    source: Source
    code: str
    reason: str
    raw: str = ""
    key: str | None = None
    fatal: bool = False
    retryable: bool = False


Statement = SourceRecord | Rejected
