"""XMLTV: a channel's schedule. Every programme is an airing and never an offer.

Source: xmltv.dtd. A delivery speaks for the stretch of time that it covers on each channel.
Elements that the DTD does not know are passed over.
"""

from collections.abc import Iterator

from ummid.catalog.keys import slug, stable_id
from ummid.catalog.model import Airing, Kind, Parent, Scope, SourceRecord, Statement, Text
from ummid.errors import FeedError
from ummid.feeds.connector import Feed, Format, read_each
from ummid.feeds.head import Head
from ummid.feeds.xml import Element, children, local, place, raw, stream_elements, text
from ummid.feeds.xmltv_draft import Draft
from ummid.feeds.xmltv_fields import draft_of
from ummid.feeds.xmltv_values import normalised, stamp

_KINDS_BY_TMS: dict[str, Kind] = {"EP": "episode", "MV": "film", "SP": "event"}
_CATEGORIES: dict[str, Kind] = {
    "movie": "film",
    "movies": "film",
    "film": "film",
    "films": "film",
    "feature film": "film",
    "tv movie": "film",
    "spielfilm": "film",
    "película": "film",
    "short film": "short",
    "short": "short",
}
"""Category texts that name a kind and nothing else; all others are genres only."""

_SLOT = frozenset(("start", "stop", "channel", "clumpidx"))


class Schedule:
    """What a file says around its programmes: channel names, and the time covered so far."""

    def __init__(self, feed: Feed) -> None:
        self.feed = feed
        self.names: dict[str, str] = {}
        self.repeated = 0

    def programmes(self) -> Iterator[tuple[str, Element]]:
        """Each programme with its place; channels on the way leave their first display name."""
        number = 0
        for element in stream_elements(self.feed.stream, "{*}programme", "{*}channel"):
            if local(element) == "programme":
                number += 1
                yield place(element, f"/tv/programme[{number}]"), element
            else:
                self._channel(element)

    def cover(self, channel: str, start: int, end: int) -> None:
        covered = self.feed.header.covered
        first, last = covered.get(channel, (start, end))
        covered[channel] = (min(first, start), max(last, end))

    def _channel(self, element: Element) -> None:
        channel = element.get("id", "").strip()
        self.repeated += channel in self.names
        names = (text(child) for name, child in children(element) if name == "display-name")
        self.names.setdefault(channel, next(filter(None, names), ""))


def sniff(head: Head) -> bool:
    return head.xml_root is not None and head.xml_root.name == "tv"


def parse(feed: Feed) -> Iterator[Statement]:
    _read_header(feed)
    schedule = Schedule(feed)
    yield from read_each(
        feed,
        schedule.programmes(),
        lambda _, at, element: _read(schedule, at, element),
        raw,
        lambda element: _key(element, feed.profile.assumed_zone),
    )
    if schedule.repeated:
        feed.header.warnings.append(
            f"repeated-channel: {schedule.repeated} channel elements repeat an id; "
            "the first name counts"
        )


def _read_header(feed: Feed) -> None:
    root = feed.head.xml_root
    if root is None or root.name != "tv":
        raise FeedError("wrong-root", "an XMLTV document begins with <tv>; this one does not")
    attributes = root.attributes
    feed.header.partner = slug(attributes.get("source-info-name", "")) or None
    stated = attributes.get("date", "").strip()
    if stated:
        padded = f"{stated}000000" if stated.isdigit() and len(stated) == 8 else stated
        try:
            feed.header.time = stamp(padded, feed.profile.assumed_zone).instant
        except FeedError as error:
            feed.header.warnings.append(f"bad-date: the date {stated!r} was left out: {error}")


def _slot(element: Element, assumed_zone: str) -> tuple[str, int, str]:
    """(channel, start in epoch ms, key) of a programme. Raises FeedError without them."""
    channel = element.get("channel", "").strip()
    if not channel:
        raise FeedError("no-channel", "the programme names no channel")
    start = stamp(element.get("start", ""), assumed_zone)
    if start.instant is None:
        raise FeedError("bad-date", f"start {start.raw!r} is no time")
    clump = element.get("clumpidx", "0/1").replace(" ", "")
    shared = () if clump.endswith("/1") else (clump,)
    return channel, start.instant, stable_id("airing", channel, str(start.instant), *shared)


def _key(element: Element, assumed_zone: str) -> str:
    return _slot(element, assumed_zone)[2]


def _read(schedule: Schedule, at: str, element: Element) -> Statement:
    feed = schedule.feed
    channel, start, key = _slot(element, feed.profile.assumed_zone)
    draft = draft_of(element, feed.territories)
    airing = _airing(schedule, element, channel, draft)
    end = airing.end.instant if airing.end else None
    own = _own_id(feed.partner, draft)
    kind = _kind(draft)
    for name, value in element.attrib.items():
        if name not in _SLOT:
            draft.extra[str(name)] = str(value)
    titles, parents = _titles(kind, draft)
    schedule.cover(channel, start, start + 1 if end is None else max(end, start + 1))
    return SourceRecord(
        format=feed.format,
        partner=feed.partner,
        kind=kind,
        key=key,
        source=feed.source(at),
        scopes=(Scope(f"channel:{channel}", start),),
        own_id=own,
        ids=tuple(draft.ids),
        titles=titles,
        synopses=tuple(dict.fromkeys(draft.synopses)),
        year=draft.year,
        parents=parents,
        season_number=draft.numbers.season,
        episode_number=draft.numbers.episode,
        number_text=draft.number_text,
        original_language=draft.original_language,
        languages=tuple(draft.languages),
        countries=tuple(draft.countries),
        genres=tuple(dict.fromkeys(draft.genres)),
        keywords=tuple(draft.keywords),
        credits=tuple(draft.credits),
        ratings=tuple(dict.fromkeys(draft.ratings)),
        releases=tuple(draft.releases),
        artwork=tuple(draft.artwork),
        technical=draft.technical(),
        links=tuple(draft.links),
        airings=(airing,),
        warnings=tuple(draft.warnings),
        extra=draft.extra,
    )


def _airing(schedule: Schedule, element: Element, channel: str, draft: Draft) -> Airing:
    zone = schedule.feed.profile.assumed_zone
    start, end = stamp(element.get("start", ""), zone), None
    stop = element.get("stop", "").strip()
    if stop:
        try:
            end = stamp(stop, zone)
        except FeedError as error:
            draft.doubt("bad-date", "airings.end", f"the stop was left out: {error}")
    if end and start.instant is not None and end.instant is not None:
        if end.instant < start.instant:
            raise FeedError(
                "reversed-window",
                f"the programme stops {end.raw} before it starts {start.raw}; check the time zone",
            )
        if end.instant == start.instant:
            draft.doubt("zero-length", "airings.end", f"it stops when it starts, {start.raw}")
    clump = element.get("clumpidx", "").replace(" ", "")
    if clump and not clump.endswith("/1"):
        draft.flags.append(f"clump {clump}")
    return Airing(
        channel, start, end, schedule.names.get(channel) or None, tuple(dict.fromkeys(draft.flags))
    )


def _kind(draft: Draft) -> Kind:
    """What the listing says it is: by its Gracenote id, its number, its category, in that order."""
    progid = draft.progid
    if progid and (kind := _KINDS_BY_TMS.get(progid.value[:2])):
        return kind
    if draft.numbers.episode is not None or draft.numbers.season is not None:
        return "episode"
    named = (_CATEGORIES.get(genre.text.casefold()) for genre in draft.genres)
    return next(filter(None, named), "programme")


def _titles(kind: Kind, draft: Draft) -> tuple[tuple[Text, ...], tuple[Parent, ...]]:
    """(titles, parents): an episode's own title is the sub-title, its series' is the title."""
    titles, subtitles = dict.fromkeys(draft.titles), dict.fromkeys(draft.subtitles)
    if kind != "episode":
        others = (Text(t.value, t.language, "alternate") for t in subtitles if t not in titles)
        return (*titles, *others), ()
    series = next(iter(titles), None)
    if subtitles:
        for number, title in enumerate(list(titles)[1:], 2):
            draft.extra[f"series title {number} ({title.language})"] = title.value
    parents = (Parent("series", title=series.value),) if series else ()
    return tuple(subtitles or titles), parents


def _own_id(partner: str, draft: Draft) -> str:
    """One id for all airings of a programme: Gracenote's, else from what does not change.

    Of several titles the first in language order counts, whatever order they are listed in.
    """
    if draft.progid:
        return draft.progid.value
    if not draft.titles:
        raise FeedError("no-title", "the programme has no title and no id of its own")
    named = [
        normalised(min((t.language, t.value) for t in texts)[1]) if texts else ""
        for texts in (draft.titles, draft.subtitles)
    ]
    numbers = draft.numbers
    counted = [str(n or "") for n in (numbers.season, numbers.episode, numbers.part)]
    return stable_id(
        "programme", partner, *named, *counted, draft.number_text or "", draft.date.strip()
    )


FORMATS = (Format("xmltv", "XMLTV schedule", "range", sniff, parse),)
