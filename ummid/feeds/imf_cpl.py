"""One IMF composition playlist (SMPTE ST 2067-3) as a statement about a version.

A composition is technical: its content title is a house code, never a display title, and it
never grants a right. Duration is exact: the sum over the main image's resources of
(SourceDuration, else IntrinsicDuration - EntryPoint) x RepeatCount, over their EditRate.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Literal

from ummid.catalog import times
from ummid.catalog.keys import stable_id
from ummid.catalog.languages import language_or_undetermined
from ummid.catalog.model import (
    Organisation,
    SourceRecord,
    Technical,
    Text,
    Track,
    Warning,
)
from ummid.errors import FeedError
from ummid.feeds.connector import Feed
from ummid.feeds.imf_essence import Essence, essences, rate, tracks
from ummid.feeds.imf_locales import attribute, locales, versions
from ummid.feeds.xml import Element, child, child_text, children, text

MediaKind = Literal["video", "audio", "subtitle"]

SEQUENCES: dict[str, tuple[MediaKind, str]] = {
    "MainImageSequence": ("video", "primary"),
    "MainAudioSequence": ("audio", "primary"),
    "IABSequence": ("audio", "immersive"),
    "MGASADMSignalSequence": ("audio", "immersive"),
    "SubtitlesSequence": ("subtitle", "subtitle"),
    "ForcedNarrativeSequence": ("subtitle", "forced"),
    "HearingImpairedCaptionsSequence": ("subtitle", "caption"),
    "VisuallyImpairedTextSequence": ("subtitle", "visually-impaired"),
    "CommentarySequence": ("subtitle", "commentary"),
    "KaraokeSequence": ("subtitle", "karaoke"),
}
PLACEHOLDERS = frozenset({"not included", "untitled project", "untitled", "n/a"})
_BREAKS = frozenset({"FFCB", "FPCI"})
"""First frame of commercial blacks; first possible commercial insertion."""


@dataclass
class _Timeline:
    """What the segments add up to."""

    duration: Fraction | None = None
    tracks: dict[str, list[Track]] = field(default_factory=dict)
    markers: list[tuple[Fraction, str]] = field(default_factory=list)
    image: Essence | None = None
    others: dict[str, None] = field(default_factory=dict)
    titles: dict[str, None] = field(default_factory=dict)


def read_composition(feed: Feed, place: str, root: Element) -> SourceRecord:
    """The statement of one CompositionPlaylist element."""
    facts = dict(children(root))
    stated = {name: text(value) for name, value in facts.items()}
    doubts: list[Warning] = []
    edit_rate = rate(stated.get("EditRate", ""))
    if edit_rate is None:
        raise FeedError("bad-edit-rate", f"EditRate {stated.get('EditRate', '')!r} is no rate")
    timeline = _timeline(root, edit_rate, doubts)
    title = facts.get("ContentTitle")
    name = stated.get("ContentTitle", "")
    if name.lower() in PLACEHOLDERS:
        doubts.append(Warning("placeholder-title", "ContentTitle", f"{name!r} names no title"))
    labelled = list(versions(facts.get("ContentVersionList"), doubts))
    languages, regions, ratings = locales(feed, facts.get("LocaleList"), doubts)
    identity = stated.get("Id", "")
    _check_running_time(stated.get("TotalRunningTime"), timeline.duration, doubts)
    extra = {
        "content_kind": stated.get("ContentKind"),
        "content_kind_scope": attribute(facts.get("ContentKind"), "scope"),
        "annotation": stated.get("Annotation"),
        "issue_date": stated.get("IssueDate"),
        "creator": stated.get("Creator"),
        "timecode_start": child_text(root, "CompositionTimecode", "TimecodeStartAddress"),
        "total_running_time": stated.get("TotalRunningTime"),
        "application": child_text(root, "ExtensionProperties", "ApplicationIdentification"),
        "regions": " ".join(regions),
        "markers": " ".join(f"{label}@{_ms(at)}" for at, label in timeline.markers),
        "other_sequences": " ".join(timeline.others),
        "audio_titles": "; ".join(timeline.titles),
    }
    return SourceRecord(
        format=feed.format,
        partner=feed.partner,
        kind="composition",
        key=identity or stable_id("cpl", name, stated.get("IssueDate", "")),
        source=feed.source(place),
        format_version=feed.header.format_version,
        event_time=feed.header.time,
        own_id=identity or None,
        ids=tuple(i for i, _ in labelled),
        titles=(Text(name, language_or_undetermined(attribute(title, "language")), "internal"),)
        if name
        else (),
        languages=tuple(dict.fromkeys(languages)),
        ratings=tuple(ratings),
        technical=_technical(timeline, edit_rate),
        versions=tuple(label for _, label in labelled if label),
        organisations=tuple(
            Organisation(stated[element], role)
            for element, role in (("Issuer", "issuer"), ("ContentOriginator", "originator"))
            if stated.get(element)
        ),
        warnings=tuple(doubts),
        extra={key: value for key, value in extra.items() if value},
    )


def issue_time(feed: Feed, raw: str | None) -> int | None:
    """The IssueDate of a package document in epoch ms; a header warning when unreadable."""
    if not raw:
        return None
    try:
        return times.bound(raw, assumed_zone=feed.profile.assumed_zone).instant
    except FeedError as error:
        feed.header.warnings.append(f"{error.code}: IssueDate: {error}")
        return None


def _timeline(root: Element, edit_rate: Fraction, doubts: list[Warning]) -> _Timeline:
    described = essences(root)
    line = _Timeline()
    start = Fraction(0)
    segments = child(root, "SegmentList")
    for _, segment in children(segments) if segments is not None else ():
        listed = child(segment, "SequenceList")
        sequences = list(children(listed)) if listed is not None else []
        image = [s for n, s in sequences if n == "MainImageSequence"]
        length = sum((_length(s, edit_rate, doubts) for s in image), Fraction(0))
        for name, sequence in sequences:
            if name == "MarkerSequence":
                line.markers.extend(_markers(sequence, start, edit_rate, doubts))
            elif name not in SEQUENCES:
                line.others[name] = None
            else:
                _add(line, name, sequence, described, doubts)
        if image:
            line.duration = (line.duration or Fraction(0)) + length
        start += length
    if line.duration is None:
        doubts.append(
            Warning("no-main-image", "SegmentList", "no main image: the duration is not known")
        )
    line.markers.sort()
    return line


def _add(
    line: _Timeline,
    name: str,
    sequence: Element,
    described: dict[str, Essence],
    doubts: list[Warning],
) -> None:
    track_id = child_text(sequence, "TrackId") or child_text(sequence, "Id")
    if track_id in line.tracks:
        return
    kind, role = SEQUENCES[name]
    resource = next(_resources(sequence), None)
    encoding = child_text(resource, "SourceEncoding") if resource is not None else ""
    location = child_text(resource, "TrackFileId") if resource is not None else ""
    essence = described.get(encoding)
    if essence is None and described:
        doubts.append(
            Warning("missing-descriptor", name, f"no essence descriptor has the id {encoding!r}")
        )
    if essence is not None:
        doubts.extend(essence.warnings)
        line.titles.update(dict.fromkeys(s.title for s in essence.sounds if s.title))
        if kind == "video" and line.image is None:
            line.image = essence
    line.tracks[track_id] = tracks(kind, role, essence, location or None)


def _resources(sequence: Element) -> Iterator[Element]:
    listed = child(sequence, "ResourceList")
    for _, resource in children(listed) if listed is not None else ():
        yield resource


def _length(sequence: Element, edit_rate: Fraction, doubts: list[Warning]) -> Fraction:
    return sum((_span(r, edit_rate, doubts)[0] for r in _resources(sequence)), Fraction(0))


def _span(
    resource: Element, edit_rate: Fraction, doubts: list[Warning]
) -> tuple[Fraction, Fraction, Fraction, int]:
    """(seconds in all, seconds of one pass, entry point in seconds, repeats)."""
    stated = child_text(resource, "EditRate")
    own_rate = rate(stated) if stated else edit_rate
    if own_rate is None:
        raise FeedError("bad-edit-rate", f"a resource's EditRate {stated!r} is no rate")
    intrinsic = _number(resource, "IntrinsicDuration", 0)
    entry = _number(resource, "EntryPoint", 0)
    source = _number(resource, "SourceDuration", max(intrinsic - entry, 0))
    repeats = _number(resource, "RepeatCount", 1)
    if entry + source > intrinsic:
        doubts.append(
            Warning(
                "beyond-source",
                "SourceDuration",
                f"line {resource.sourceline}: {source} units from {entry} on are more than "
                f"the file's {intrinsic}",
            )
        )
    once = source / own_rate
    return once * repeats, once, entry / own_rate, repeats


def _number(resource: Element, name: str, default: int) -> int:
    raw = child_text(resource, name)
    if not raw:
        return default
    if not raw.isascii() or not raw.isdigit():
        raise FeedError("bad-number", f"{name} {raw!r} is no count of edit units")
    return int(raw)


def _markers(
    sequence: Element, start: Fraction, edit_rate: Fraction, doubts: list[Warning]
) -> Iterator[tuple[Fraction, str]]:
    """(seconds from the start of the composition, label) of each marker that is shown."""
    for resource in _resources(sequence):
        whole, once, entry, repeats = _span(resource, edit_rate, doubts)
        own_rate = rate(child_text(resource, "EditRate")) or edit_rate
        for name, marker in children(resource):
            if name == "Marker":
                at = _number(marker, "Offset", 0) / own_rate - entry
                label = child_text(marker, "Label")
                if 0 <= at < once:
                    yield from ((start + at + turn * once, label) for turn in range(repeats))
        start += whole


def _technical(line: _Timeline, edit_rate: Fraction) -> Technical:
    image = line.image or Essence()
    breaks = dict.fromkeys(_ms(at) for at, label in line.markers if label in _BREAKS)
    return Technical(
        duration_ms=None if line.duration is None else _ms(line.duration),
        frame_rate=str(edit_rate),
        width=image.width,
        height=image.height,
        hdr=image.hdr,
        aspect_ratio=image.aspect_ratio,
        colour=image.colour,
        tracks=tuple(t for group in line.tracks.values() for t in group),
        ad_breaks_ms=tuple(breaks),
    )


def _check_running_time(
    stated: str | None, duration: Fraction | None, doubts: list[Warning]
) -> None:
    try:
        shown = times.duration_ms(stated)
    except FeedError as error:
        doubts.append(Warning(error.code, "TotalRunningTime", str(error)))
        return
    if shown is None or duration is None:
        return
    counted = _ms(duration)
    # whole seconds, often counted at 24 instead of 24000/1001 frames
    if abs(shown - counted) > max(2000, counted // 500):
        doubts.append(
            Warning(
                "running-time-differs",
                "TotalRunningTime",
                f"states {stated}, its main image lasts {_ms(duration)} ms",
            )
        )


def _ms(seconds: Fraction) -> int:
    return round(seconds * 1000)
