"""The bodies of the API's answers, field by field. Times are ISO 8601 in UTC."""

from typing import Any, Self

from msgspec import Struct
from msgspec.structs import asdict

from ummid.catalog.title import Score, Title
from ummid.rights.availability import OfferAnswer, Status
from ummid.views.generated import GeneratedText


class TitleBody(Title, frozen=True, omit_defaults=True, kw_only=True):
    """A title, and apart from what partners say of it, what a model does."""

    generated: GeneratedText | None = None

    @classmethod
    def of(cls, title: Title, generated: GeneratedText | None) -> Self:
        return cls(**asdict(title), generated=generated)


class AvailabilityBody(Struct, frozen=True, kw_only=True):
    """What may be shown in `territory` at `at`, by what was known at `as_of`.

    `as_of` as asked; else since when the grants have been known as they are, so that the
    same question with that `as_of` has the same answer for ever. `known_since` is null
    where nothing was known. `deciding` is the grant key of the offer that decides,
    `next_change` when the answer can next be another one. `serial` is the newest change
    in the catalogue.
    """

    title: str
    territory: str
    at: str
    as_of: str
    known_since: str | None
    serial: int
    status: Status
    reason: str
    deciding: str | None
    next_change: str | None
    offers: tuple[OfferAnswer, ...]


class EdgeBody(Struct, frozen=True, kw_only=True):
    """A grant: what it ties together, by role, and when it holds (null: without a bound)."""

    id: str
    start: str | None
    end: str | None
    members: dict[str, tuple[str, ...]]
    words: str


class CollisionBody(Struct, frozen=True, kw_only=True):
    """Two grants of `edges` that cannot both hold in `places` from `start` to `end`. `certain` is
    false where a window waits for an event. A place after `=` is itself without what lies in it.
    """

    edges: tuple[str, str]
    licence: str
    places: tuple[str, ...]
    start: str | None
    end: str | None
    certain: bool


class RightsBody(Struct, frozen=True, kw_only=True):
    """A title's grants by what was known at `as_of` (null: all that is known)."""

    title: str
    as_of: str | None
    serial: int
    edges: tuple[EdgeBody, ...]
    collisions: tuple[CollisionBody, ...]


class TitleReference(Struct, frozen=True):
    id: str
    href: str


class LookupBody(Struct, frozen=True):
    """The titles that carry an identifier: usually one. `value` is its normalised spelling."""

    scheme: str
    value: str
    titles: tuple[TitleReference, ...]


class MovedBody(Struct, frozen=True):
    """The title was merged into another, which answers for it under `href`."""

    id: str
    canonical_id: str
    href: str


class LoserBody(Struct, frozen=True):
    """A statement that said something else, and what it said."""

    record: str
    value: Any


class ItemBody(Struct, frozen=True):
    """One item of a list that several statements add to, and those that state it."""

    value: Any
    records: tuple[str, ...]


class FieldBody(Struct, frozen=True, omit_defaults=True):
    """Why a field holds what it holds.

    `rule` is one of `only`, `agreement`, `precedence`, `recency`, `quality`; `language` where
    texts of no stated language gave way to those of `record`; `union` where every record of
    `records` adds to the field, `items` saying which adds what; `derived` where it is taken
    from others.
    """

    rule: str
    record: str | None = None
    records: tuple[str, ...] = ()
    items: tuple[ItemBody, ...] = ()
    losers: tuple[LoserBody, ...] = ()


class ClaimantBody(Struct, frozen=True):
    record: str
    partner: str


class ClaimBody(Struct, frozen=True):
    """One of several values that contradict each other, and who states it."""

    value: Any
    sources: tuple[ClaimantBody, ...]


class ConflictBody(Struct, frozen=True):
    """Where sources contradict each other beyond tolerance; `reason` says by what."""

    field: str
    reason: str
    claims: tuple[ClaimBody, ...]


class SourceBody(Struct, frozen=True):
    """A partner's statement: where it stands, when it was made, and the run that took it."""

    record: str
    partner: str
    format: str
    own_id: str | None
    path: str | None
    place: str | None
    run: str | None
    stated_at: str | None
    received_at: str | None


class ProvenanceBody(Struct, frozen=True):
    """Where every field of a title comes from.

    `titles.display.fr` speaks of one entry of `titles`; `titles` itself of all entries that
    are not named one by one. The scores are null for a title that was published before there
    were any.
    """

    id: str
    completeness: Score | None
    quality: Score | None
    conflicts: tuple[ConflictBody, ...]
    fields: dict[str, FieldBody]
    sources: tuple[SourceBody, ...]


class ChangeBody(Struct, frozen=True):
    serial: int
    title: str
    change: str
    at: str
    run: str
    parts: tuple[str, ...]
    href: str


class ChangesBody(Struct, frozen=True):
    """Changes after `since`, oldest first. `next` continues; null when this was all so far.

    `serial` is the newest change in the catalogue.
    """

    since: int
    serial: int
    changes: tuple[ChangeBody, ...]
    next: str | None


class HealthBody(Struct, frozen=True, omit_defaults=True):
    """`serial` is the newest change in the store that this process reads."""

    status: str
    serial: int | None = None


class ProblemTypeBody(Struct, frozen=True):
    """What a problem type means."""

    type: str
    title: str
    status: int
    help: str


class HitBody(Struct, frozen=True, omit_defaults=True):
    """One title found. `explained`, where asked for, is what each side added to its score, which
    is their sum: `words` as a share of the best, `meaning`, `hints` (a time or kind that the
    question names), `exact` (the title asked for); and the `cosine` behind `meaning`, null for a
    title that is not among the likest, whose `meaning` is that of the last of them.
    """

    id: str
    title: str | None
    kind: str
    year: int | None
    score: float
    href: str
    explained: dict[str, float | None] = {}


class FacetBody(Struct, frozen=True):
    """`value` is what to filter by, `name` how people write it, `count` of what `matched`."""

    value: str
    count: int
    name: str


class SearchBody(Struct, frozen=True):
    """The best titles, the best first. `matched` is how many were really found, and what `facets`
    count; `hits` may hold more, the next best. `corrected` says how a misspelt word was read,
    `degraded` that words alone answered. `serial` is the change up to which the catalogue is
    indexed. `next` continues; null where there is no more.
    """

    serial: int
    matched: int
    hits: tuple[HitBody, ...]
    facets: dict[str, tuple[FacetBody, ...]] = {}
    corrected: dict[str, str] = {}
    degraded: bool = False
    next: str | None = None


class SuggestionBody(Struct, frozen=True):
    """`kind` is `title` or `person`; `titles` is how many bear or have it."""

    text: str
    kind: str
    titles: int


class SuggestionsBody(Struct, frozen=True):
    serial: int
    suggestions: tuple[SuggestionBody, ...]
