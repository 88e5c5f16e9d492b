"""What an Avail says of the work itself: one level for the asset, others for what it is part of.

`Metadata`, `EpisodeMetadata`, `VolumeMetadata`, `SeasonMetadata` and `SeriesMetadata` name the
same facts with their own prefix (`SeasonTitleInternalAlias`), nested upwards.
"""

import re
from collections.abc import Callable
from functools import lru_cache, partial

from ummid.catalog.languages import language
from ummid.catalog.model import (
    Credit,
    ExternalId,
    IdScope,
    Organisation,
    Parent,
    Rating,
    Release,
    Text,
    Warning,
)
from ummid.catalog.times import duration_ms, year_of
from ummid.errors import FeedError
from ummid.feeds.avails_parts import (
    SCOPES,
    ByTag,
    alternate_id,
    distinct,
    eidr,
    local_name,
    partner_id,
    parts,
    plain,
    snake,
)
from ummid.feeds.connector import Feed
from ummid.feeds.movielabs import ratings, release_date
from ummid.feeds.xml import Element, child_text, text


class Level:
    """One level of the work: the asset itself, or the volume, season or series above it."""

    __slots__ = (
        "above",
        "credits",
        "duration_ms",
        "extra",
        "feed",
        "ids",
        "name",
        "number",
        "number_text",
        "organisations",
        "ratings",
        "releases",
        "titles",
        "warnings",
        "year",
    )

    def __init__(self, name: str, feed: Feed, warnings: list[Warning]) -> None:
        self.name = name
        self.feed = feed
        self.warnings = warnings
        self.titles: list[Text] = []
        self.ids: list[ExternalId] = []
        self.releases: list[Release] = []
        self.ratings: tuple[Rating, ...] = ()
        self.credits: list[Credit] = []
        self.organisations: list[Organisation] = []
        self.extra: dict[str, str] = {}
        self.year: int | None = None
        self.number: int | None = None
        self.number_text: str | None = None
        self.duration_ms: int | None = None
        self.above: Level | None = None

    @property
    def scope(self) -> IdScope:
        return SCOPES.get(self.name, "title")

    def parent(self) -> Parent | None:
        """This level as the parent of what lies below it; None when nothing names it."""
        if not self.ids and not self.titles:
            return None
        title = next((t.value for t in self.titles if t.use == "display"), None)
        if title is None and self.titles:
            title = self.titles[0].value
        relation = {"season": "season", "series": "series"}.get(self.name, "bundle")
        return Parent(relation, distinct(self.ids), title)  # type: ignore[arg-type]

    def read(self, element: Element) -> "Level":
        readers = _readers_at(self.name)
        for item in element:
            readers[item.tag](self, item)
        return self

    def _display(self, item: Element) -> None:
        if value := text(item):
            self.titles.append(Text(value, self._language(item)))

    def _alias(self, item: Element) -> None:
        value = text(item)
        if not value:
            return
        raw = item.get("region")
        territory = self.feed.territories.read(raw) if raw else None
        if raw and territory is None:
            message = f"{raw!r} of the alias {value!r} names no territory"
            self.warnings.append(Warning("unknown-territory", "titles", message))
        self.titles.append(Text(value, use="internal", territory=territory))

    def _local_title(self, item: Element) -> None:
        if value := text(item):
            self.titles.append(Text(value, self._language(item), "alternate"))

    def _title_eidr(self, item: Element) -> None:
        self.ids += eidr(plain(item), "title", self.warnings)

    def _edit_eidr(self, item: Element) -> None:
        self.ids += eidr(plain(item), "edit", self.warnings)

    def _level_eidr(self, item: Element) -> None:
        self.ids += eidr(plain(item), self.scope, self.warnings)

    def _content_id(self, item: Element) -> None:
        self.ids += partner_id(plain(item), "ContentID", self.scope, self.warnings)

    def _encode_id(self, item: Element) -> None:
        self.ids += partner_id(plain(item), "EncodeID", "manifestation", self.warnings)

    def _above(self, item: Element) -> None:
        name = local_name[item.tag].removesuffix("Metadata").lower()
        self.above = Level(name, self.feed, self.warnings).read(item)

    def _ratings(self, item: Element) -> None:
        self.ratings, doubts = ratings(item, self.feed.territories)
        self.warnings += doubts

    def _credit(self, item: Element) -> None:
        if name := text(item):
            self.organisations.append(Organisation(name, "display credit"))

    def _group(self, item: Element) -> None:
        found = parts(item)
        name = f"group_{snake(found.get('Type', ''))}".removesuffix("_")
        self.extra[name] = found.get("GroupIdentity") or found.get("DisplayName", "")

    def _language(self, item: Element) -> str:
        raw = item.get("language")
        if raw is None:
            return "und"
        tag = language(raw)
        if tag is None and raw:
            message = f"{raw!r} names no language"
            self.warnings.append(Warning("unknown-language", "titles", message))
        return tag or "und"

    def _release_date(self, item: Element) -> None:
        raw = plain(item)
        found = release_date(raw)
        if found is None:
            message = f"{raw!r} is no date or year"
            self.warnings.append(Warning("bad-date", "releases", message))
            return
        self.year = year_of(raw)
        if found[1] != "year":
            self.releases.append(Release(found[0], precision=found[1]))

    def _release(self, item: Element) -> None:
        said = parts(item)
        raw = said.get("Date", "")
        found = release_date(raw)
        if found is None:
            message = f"{raw!r} is no date or year"
            self.warnings.append(Warning("bad-date", "releases", message))
            return
        code = said.get("country") or said.get("countryRegion", "")
        territory = self.feed.territories.read(code) if code else None
        if code and territory is None:
            message = f"{code!r} names no territory"
            self.warnings.append(Warning("unknown-territory", "releases", message))
        kind = said.get("ReleaseType") or "original"
        self.releases.append(Release(found[0], kind, territory, found[1]))

    def _run_length(self, item: Element) -> None:
        try:
            self.duration_ms = duration_ms(plain(item))
        except FeedError as error:
            self.warnings.append(Warning("bad-duration", "technical.duration_ms", str(error)))

    def _number(self, item: Element) -> None:
        """`Number`, with what is shown to viewers (`DistributionNumber`) as text."""
        for part in item:
            name, value = local_name[part.tag], plain(part)
            if name == "Number" and re.fullmatch(r"-?\d+", value):
                self.number = int(value)
            elif value and name in ("Number", "DistributionNumber"):
                self.number_text = value
            elif value:
                self.extra[f"{self.name}_{snake(name)}"] = value

    def _alternate(self, item: Element) -> None:
        said = parts(item)
        scope = SCOPES.get((item.get("scope") or said.get("Scope", "")).lower(), self.scope)
        self.ids += alternate_id(
            said.get("Namespace", ""), said.get("Identifier", ""), scope, self.warnings
        )

    def _person(self, item: Element) -> None:
        name = child_text(item, "Name", "DisplayName") or child_text(item, "Name")
        jobs = [job for job in item if local_name[job.tag] == "Job"]
        for job in jobs if name else ():
            role = child_text(job, "JobFunction").lower() or "other"
            character = child_text(job, "Character") or None
            self.credits.append(Credit(name, role, character))


Reader = Callable[[Level, Element], None]
_READERS: dict[str, Reader] = {
    "TitleDisplayUnlimited": Level._display,
    "TitleInternalAlias": Level._alias,
    "LocalSeriesTitle": Level._local_title,
    "TitleEIDR-URN": Level._title_eidr,
    "EditEIDR-URN": Level._edit_eidr,
    "EIDR-URN": Level._level_eidr,
    "ContentID": Level._content_id,
    "EncodeID": Level._encode_id,
    "AltIdentifier": Level._alternate,
    "ReleaseDate": Level._release_date,
    "ReleaseHistory": Level._release,
    "RunLength": Level._run_length,
    "Number": Level._number,
    "EpisodeNumber": Level._number,
    "SeasonMetadata": Level._above,
    "SeriesMetadata": Level._above,
    "VolumeMetadata": Level._above,
    "Ratings": Level._ratings,
    "People": Level._person,
    "CompanyDisplayCredit": Level._credit,
    "GroupingEntity": Level._group,
}
"""What each element of a level says, by its name without the level's prefix."""


def _reader(level: str, name: str) -> Reader:
    name = name.removeprefix(level.capitalize())
    return _READERS.get(name) or partial(_read_extra, snake(name))


def _read_extra(name: str, level: Level, item: Element) -> None:
    if value := text(item):
        level.extra[name] = value


@lru_cache(maxsize=64)
def _readers_at(level: str) -> ByTag[Reader]:
    return ByTag(partial(_reader, level))
