"""A row of cells to a record: setters in column order, then what follows from all of them."""

import re
from collections.abc import Sequence
from typing import Any

from ummid.catalog.grants import Grant
from ummid.catalog.identifiers import external_id, own_id
from ummid.catalog.keys import stable_id
from ummid.catalog.languages import language
from ummid.catalog.model import (
    ExternalId,
    Kind,
    Parent,
    Rating,
    Release,
    Source,
    SourceRecord,
    Synopsis,
    Text,
    TextUse,
)
from ummid.errors import FeedError
from ummid.feeds.connector import Feed
from ummid.feeds.tabular_draft import Draft, Setter
from ummid.feeds.tabular_guess import Column
from ummid.feeds.tabular_mapping import extra_names
from ummid.feeds.tabular_names import FILLED_IN_TURN
from ummid.feeds.tabular_offer import MAKES_A_GRANT, Offers
from ummid.feeds.tabular_setters import setter
from ummid.feeds.tabular_values import (
    UNKNOWN,
    UNKNOWN_PLACE,
    UNKNOWN_TITLE,
    cell_text,
    items,
    kind_of,
    plain,
    truth_of,
)

_TITLES = frozenset({"title", "original_title", "episode_title", "series_title", "sort_title"})
_PLACES = frozenset({"territories", "excluded_territories", "countries"})
_YEAR_AT_END = re.compile(r"^(.*\S)\s*\(((?:18[7-9]|19\d|20\d)\d)(?:\s*[-–]\s*(?:\d{4})?\s*)?\)+$")
_INVERTED = re.compile(
    r"^(.+), (The|A|An|Le|La|Les|L'|Un|Une|Der|Die|Das|Ein|Eine|El|Los|Las|Il|Lo|Gli|De|Het)"
    r"( \(.+\))?$"
)
_SCORE = re.compile(r"^\d{1,3}(?:[.,]\d+)?(?:\s*/\s*\d+)?%?$")
_DELETES = frozenset({"delete", "deleted", "remove", "removed", "full delete", "withdraw", "d"})
_UPSERTS = frozenset(
    {"upsert", "insert", "create", "update", "add", "replace", "full extract", "u", "i", "a", "c"}
)
_KEYS = ("eidr", "imdb", "tms", "tmdb", "tvdb", "isan", "wikidata")
_RATING_SYSTEMS = {
    **dict.fromkeys(("G", "PG", "PG-13", "R", "NC-17"), "MPAA"),
    **dict.fromkeys(("TV-Y", "TV-Y7", "TV-G", "TV-PG", "TV-14", "TV-MA"), "TVPG"),
}


class RowReader:
    """Reads the rows of one table. Everything that depends on headers is settled here, once."""

    def __init__(self, feed: Feed, headers: Sequence[str], columns: Sequence[Column]) -> None:
        names = extra_names(headers)
        # Columns in file order, then those that fill one field in turn, best name first.
        ordered = sorted(columns, key=_turn)
        self._steps: list[tuple[int, Setter, frozenset[str]]] = [
            (c.index, setter(c, names[c.index], feed), _unknown(c)) for c in ordered
        ]
        self._names = {c.field: names[c.index] for c in columns}
        self._offers = Offers(feed, {c.field: c for c in columns})
        self._feed = feed
        self._last = max((c.index for c in columns), default=-1)

    def read(self, place: str, cells: Sequence[object]) -> SourceRecord:
        """Raises FeedError for a row without identity or with an offer that cannot be read."""
        draft = Draft()
        short = len(cells) <= self._last
        width = len(cells)
        for index, put, unknown in self._steps:
            if short and index >= width:
                continue
            cell = cells[index]
            if cell.__class__ is str:
                text = cell.strip()
            elif cell is None:
                continue
            else:
                text = cell_text(cell)
            if text and text not in unknown:
                put(draft, text)
        return self._record(draft, place)

    def _record(self, draft: Draft, place: str) -> SourceRecord:
        feed, fields = self._feed, draft.fields
        get = fields.get
        kind = self._kind(draft)
        deleted = self._deleted(draft)
        self._titles(draft)
        if not draft.titles and not deleted:
            draft.doubt("no-title", "titles", "the row has no title")
        own: str | None = get("id")
        if own is not None:
            _recognise(own, draft)
        key, title_key = self._key(draft, kind, own)
        grants: tuple[Grant, ...] = ()
        if draft.offer:
            if MAKES_A_GRANT.isdisjoint(draft.offer):
                self._keep_terms(draft)
            else:
                offer = self._offers.grant(title_key, draft.offer, deleted=deleted)
                grants = (offer.grant,)
                draft.warnings.extend(offer.doubts)
                key = f"{title_key}/{offer.grant.key}"
        release = get("release")
        year = get("year")
        if year is None and release is not None:
            year = int(release[0][:4])
        rating = get("rating")
        return SourceRecord(
            format=feed.format,
            partner=feed.partner,
            kind=kind,
            key=key,
            source=Source(feed.path, place),
            action="delete" if deleted else "upsert",
            event_time=get("event_time"),
            own_id=own,
            ids=tuple(draft.ids) if draft.ids else (),
            titles=tuple(draft.titles),
            synopses=tuple(draft.synopses) if draft.synopses else (),
            year=year,
            parents=_parents(fields, kind) if "series" in fields or "season_id" in fields else (),
            season_number=get("season"),
            episode_number=get("episode"),
            absolute_number=get("absolute_number"),
            number_text=get("episode_text") or get("season_text"),
            original_language=self._original_language(draft),
            languages=get("languages", ()),
            countries=get("countries", ()),
            genres=get("genres", ()),
            keywords=get("keywords", ()),
            credits=tuple(draft.credits) if draft.credits else (),
            ratings=self._ratings(draft, rating) if rating else (),
            releases=(Release(release[0], precision=release[1]),) if release else (),
            artwork=get("artwork", ()),
            technical=get("technical"),
            organisations=tuple(draft.organisations) if draft.organisations else (),
            links=get("links", ()),
            grants=grants,
            warnings=tuple(draft.warnings) if draft.warnings else (),
            extra=draft.extra,
        )

    def _kind(self, draft: Draft) -> Kind:
        fields = draft.fields
        stated = fields.get("type")
        kind: Kind | None = None
        if stated:
            kind = kind_of(stated)
            if kind is None:
                draft.extra.setdefault(self._names["type"], stated)
                draft.doubt("unknown-kind", "kind", f"{stated!r} is no kind of title we know")
        if kind in (None, "series") and ("episode" in fields or "absolute_number" in fields):
            return "episode"
        if kind is None and "seasons" in fields:
            return "series"
        if kind is None and "season" in fields and not stated:
            return "season"
        return kind or "unknown"

    def _titles(self, draft: Draft) -> None:
        """Display first. A year in brackets goes to the year and an inverted article to the
        front; the title as written stays beside them."""
        fields = draft.fields
        series, title = fields.get("series_title"), fields.get("title")
        episode = fields.get("episode_title")
        if episode:
            series, title = series or title, episode
        if series or fields.get("series_id"):
            fields["series"] = series or ""
        tag = self._title_language(draft)
        found: list[Text] = []
        if title:
            draft.titles.insert(0, Text(title, tag))
        for text in draft.titles:
            shown = self._tidied(text.value, draft) if text.use == "display" else text.value
            if shown == text.value:
                found.append(text)
            else:
                found.append(Text(shown, text.language, "display", text.territory))
                found.append(Text(text.value, text.language, "alternate", text.territory))
        for field, use in _OTHER_TITLES:
            if value := fields.get(field):
                spoken = self._original_language(draft) if use == "original" else tag
                found.append(Text(value, spoken or "und", use))
        draft.titles = found
        if tag != "und" and draft.synopses:
            draft.synopses = [
                s if s.language != "und" else Synopsis(s.value, tag, s.length)
                for s in draft.synopses
            ]

    def _tidied(self, title: str, draft: Draft) -> str:
        if title[-1] == ")":
            match = _YEAR_AT_END.match(title)
            if match:
                year = int(match[2])
                known = draft.fields.setdefault("year", year)
                if known == year:
                    title = match[1]
                else:
                    draft.doubt("year-differs", "year", f"the title {title!r} says {year}")
        if ", " in title:
            inverted = _INVERTED.match(title)
            if inverted:
                bare, article, rest = inverted.groups()
                space = "" if article == "L'" else " "
                title = f"{article}{space}{bare}{rest or ''}"
        if "  " in title or "\n" in title or "\t" in title:
            title = " ".join(title.split())
        return title

    def _title_language(self, draft: Draft) -> str:
        raw = draft.fields.get("title_language")
        if not raw:
            return "und"
        tag = language(raw)
        if tag is None:
            draft.doubt("unknown-language", "titles", f"{raw!r} names no language")
        return tag or "und"

    def _original_language(self, draft: Draft) -> str | None:
        raw = draft.fields.get("original_language")
        if not raw:
            return None
        tag = language(items(raw)[0] if items(raw) else raw)
        if tag is None and "original_language_doubted" not in draft.fields:
            draft.fields["original_language_doubted"] = True
            draft.doubt("unknown-language", "original_language", f"{raw!r} names no language")
        return tag

    def _deleted(self, draft: Draft) -> bool:
        action = draft.fields.get("action", "").casefold()
        if action and action not in _DELETES and action not in _UPSERTS:
            draft.extra.setdefault(self._names["action"], action)
            draft.doubt("unknown-action", "action", f"{action!r} is taken as an update")
        return action in _DELETES or truth_of(draft.fields.get("deleted", "")) is True

    def _key(self, draft: Draft, kind: Kind, own: str | None) -> tuple[str, str]:
        fields = draft.fields
        if own:
            return own, own
        for scheme in _KEYS:
            for found in draft.ids:
                if found.scheme == scheme and found.valid:
                    key = f"{scheme}:{found.value}"
                    return key, key
        names = [t.value for t in draft.titles[:1]]
        series = fields.get("series") or fields.get("series_id") or ""
        if not names and not (series and ("episode" in fields or "season" in fields)):
            raise FeedError(
                "no-identity",
                "the row has neither an id nor a title; name the columns in the partner's mapping",
            )
        numbers = (fields.get("season"), fields.get("episode"), fields.get("absolute_number"))
        year = fields.get("year") or (fields["release"][0] if "release" in fields else None)
        parts = (kind, *names, str(year), series, *map(str, numbers))
        key = stable_id("tabular", *parts)
        return key, key

    def _keep_terms(self, draft: Draft) -> None:
        """Terms without an offer say something about the title: kept by their headers."""
        for field, text in draft.offer.items():
            if field == "audio_languages":
                tags = filter(None, map(language, items(text)))
                spoken = (*draft.fields.get("languages", ()), *tags)
                draft.fields["languages"] = tuple(dict.fromkeys(spoken))
            draft.extra.setdefault(self._names[field], plain(text))

    def _ratings(self, draft: Draft, raw: str) -> tuple[Rating, ...]:
        name = self._names["rating"]
        system = draft.fields.get("rating_system")
        if not system and name.casefold() == "rating" and _SCORE.match(raw):
            draft.extra[name] = raw  # a viewers' score, not an age rating
            return ()
        header = name.casefold()
        for known in ("mpaa", "fsk", "bbfc"):
            if known in header:
                system = system or known.upper()
        return (Rating(system or _RATING_SYSTEMS.get(raw.upper(), "unknown"), raw),)


_OTHER_TITLES: tuple[tuple[str, TextUse], ...] = (
    ("original_title", "original"),
    ("sort_title", "sort"),
    ("tagline", "tagline"),
)


def _turn(column: Column) -> tuple[bool, int, int]:
    in_turn = column.field in FILLED_IN_TURN
    return in_turn, column.rank if in_turn else 0, column.index


def _unknown(column: Column) -> frozenset[str]:
    if column.field in _TITLES:
        return UNKNOWN_TITLE
    return UNKNOWN_PLACE if column.field in _PLACES else UNKNOWN


def _recognise(own: str, draft: Draft) -> None:
    """A partner that uses public identifiers as its own."""
    if own[:2] == "tt" and own[2:].isdigit():
        found = external_id("imdb", own)
    elif own.startswith("10.5240/"):
        found = external_id("eidr", own)
    else:
        return
    if found is not None and found.valid and found not in draft.ids:
        draft.ids.append(found)


def _parents(fields: dict[str, Any], kind: Kind) -> tuple[Parent, ...]:
    parents = []
    if kind != "series" and "series" in fields:
        ids: tuple[ExternalId, ...] = ()
        if fields.get("series_id"):
            ids = (own_id(fields["series_id"], "series"),)
        parents.append(Parent("series", ids, fields["series"] or None))
    if "season_id" in fields and kind == "episode":
        parents.append(Parent("season", (own_id(fields["season_id"], "season"),)))
    return tuple(parents)
