"""What the two Roku feeds say of media and offers alike: videos, tracks, ad breaks, windows.

The Search feed's `content.media` is the Direct Publisher feed's `content`.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, cast, get_args

from ummid.catalog.grants import Bound, Licence, TerritorySet
from ummid.catalog.keys import slug
from ummid.catalog.languages import language_or_undetermined
from ummid.catalog.model import Technical, Track
from ummid.catalog.times import bound, bound_from_ms, bound_in_format, duration_ms, iso
from ummid.errors import FeedError
from ummid.feeds.connector import Feed, Profile
from ummid.feeds.jsonvalues import as_dict, as_int, as_list, as_number, as_text, as_texts, member
from ummid.feeds.roku import Doubts

MIME_TYPES = {
    "HLS": "application/vnd.apple.mpegurl",
    "DASH": "application/dash+xml",
    "SMOOTH": "application/vnd.ms-sstr+xml",
    "MP4": "video/mp4",
    "M4V": "video/x-m4v",
    "MOV": "video/quicktime",
}
_SHORTEST_MS = 30_000
_LONGEST_MS = 24 * 3_600_000
_FIRST_EPOCH_MS = 315_532_800_000
"""1980: an epoch number below it is seconds, not the milliseconds that Roku asks for."""


def runtime(value: Any, doubts: Doubts, unit: int = 1000) -> int | None:
    """A duration in ms from a number of `unit` ms, or a clock or xs:duration in text."""
    text = as_text(value)
    if not text:
        return None
    number = as_number(value)
    try:
        found = duration_ms(text) if number is None else int(number * unit)
    except FeedError as error:
        doubts.add("bad-duration", "technical.duration_ms", str(error))
        return None
    if found is None or found <= 0:
        doubts.add("bad-duration", "technical.duration_ms", f"{text!r} is no duration")
        return None
    if not _SHORTEST_MS <= found <= _LONGEST_MS:
        doubts.add(
            "implausible-duration",
            "technical.duration_ms",
            f"{text!r} is {found / 1000:g} seconds; check its unit",
        )
    return found


def ad_breaks(value: Any, duration: int | None, doubts: Doubts) -> tuple[int, ...]:
    """`adBreaks` in ms from the start: clocks (`HH:MM:SS`) or seconds, in the order given."""
    found: list[int] = []
    for raw in as_texts(value):
        for text in raw.split(","):
            number = as_number(text)
            try:
                at = duration_ms(text) if number is None else int(number * 1000)
            except FeedError:
                at = None
            if at is None or at < 0:
                doubts.add("bad-ad-break", "technical.ad_breaks_ms", f"{text!r} is no time code")
                continue
            if duration is not None and at > duration:
                doubts.add(
                    "ad-break-after-end",
                    "technical.ad_breaks_ms",
                    f"{text!r} is after the end at {duration / 1000:g} seconds",
                )
            found.append(at)
    return tuple(found)


def technical_of(
    content: Mapping[str, Any], duration: int | None, extra: dict[str, str], doubts: Doubts
) -> Technical | None:
    """`content` (Search: `content.media`): videos, captions, audio tracks, ad breaks."""
    videos = [video for item in as_list(member(content, "videos")) if (video := _video(item))]
    tracks = [Track("video", type=v.quality or None, location=v.url or None) for v in videos]
    for number, video in enumerate(videos[1:], 2):
        extra[f"video {number}"] = " ".join(filter(None, (video.quality, video.kind, video.rate)))
    for item in as_list(member(content, "audioTracks")):
        entry = as_dict(item)
        tag = doubts.language(as_text(member(entry, "language") or item), "technical.tracks")
        tracks.append(Track("audio", tag, as_text(member(entry, "type")) or None))
    for item in as_list(member(content, "captions")):
        entry = as_dict(item)
        tag = doubts.language(as_text(member(entry, "language")), "technical.tracks")
        kind = as_text(member(entry, "captionType")).lower() or None
        url = as_text(member(entry, "url")) or as_text(item)
        tracks.append(Track("subtitle", tag, kind, location=url or None))
    if files := [
        as_text(member(as_dict(i), "url")) for i in as_list(content.get("trickPlayFiles"))
    ]:
        extra["trickPlayFiles"] = " ".join(files)
    main = videos[0] if videos else Video("", "", "", "")
    found = Technical(
        duration_ms=duration,
        bitrate_kbps=_bitrate(main.rate, doubts),
        mime_type=MIME_TYPES.get(main.kind),
        location=main.url or None,
        tracks=tuple(tracks),
        ad_breaks_ms=ad_breaks(member(content, "adBreaks"), duration, doubts),
    )
    if main.kind and not found.mime_type:
        doubts.add("unknown-video-type", "technical.mime_type", f"{main.kind!r} is no video type")
    return None if found == Technical() else found


class Video(NamedTuple):
    """One entry of `videos`; `rate` as written, in kbit/s."""

    url: str
    quality: str
    kind: str
    rate: str


def _video(item: Any) -> Video | None:
    entry = as_dict(item)
    url = as_text(member(entry, "url")) or ("" if entry else as_text(item))
    video = Video(
        url,
        as_text(member(entry, "quality")).upper(),
        as_text(member(entry, "videoType")).upper(),
        as_text(member(entry, "bitrate", "bitRate")),
    )
    return video if any(video) else None


def _bitrate(raw: str, doubts: Doubts) -> int | None:
    if not raw:
        return None
    rate = as_int(raw)
    if rate is None or rate < 0:
        doubts.add("bad-bitrate", "technical.bitrate_kbps", f"{raw!r} is no number of kbit/s")
        return None
    return rate or None


def qualities_of(content: Mapping[str, Any]) -> tuple[str, ...]:
    """The qualities of the videos, each once, in their order (HD, FHD, UHD)."""
    videos = filter(None, map(_video, as_list(member(content, "videos"))))
    return tuple(dict.fromkeys(v.quality for v in videos if v.quality))


def window_bound(raw: Any, profile: Profile, *, end: bool = False) -> Bound | None:
    """One end of a window: ISO 8601 text, a declared format, or epoch milliseconds.

    Raises FeedError `bad-date`: a window is never guessed.
    """
    text = as_text(raw)
    if not text:
        return None
    number = as_int(raw)
    if number is not None and (not isinstance(raw, str) or len(text) > 8):
        if abs(number) < _FIRST_EPOCH_MS:
            raise FeedError("bad-date", f"{text!r} is no time in epoch milliseconds; seconds?")
        return bound_from_ms(str(number), end=end)
    if profile.date_formats:
        return bound_in_format(
            text, profile.date_formats, end=end, assumed_zone=profile.assumed_zone
        )
    return _iso_bound(text, profile, end=end)


def _iso_bound(text: str, profile: Profile, *, end: bool = False) -> Bound:
    try:
        return bound(text, end=end, assumed_zone=profile.assumed_zone)
    except ValueError as error:  # an offset of a day or more
        message = f"{text!r}: {error}; correct the value at its source"
        raise FeedError("bad-date", message) from error


def read_header(feed: Feed, root: Mapping[str, Any], language: str) -> None:
    """What both root objects may say: who speaks, when, and in which language."""
    header = feed.header
    header.partner = slug(as_text(root.get("providerName"))) or None
    if stated := as_text(root.get("lastUpdated")):
        try:
            header.time = _iso_bound(stated, feed.profile).instant
        except FeedError as error:
            header.warnings.append(f"bad-date: lastUpdated {stated!r} was left out: {error}")
    spoken = as_text(root.get(language))
    if spoken and language_or_undetermined(spoken) == "und":
        header.warnings.append(f"unknown-language: the root's {language} is {spoken!r}")


def territories_of(raw: Iterable[str], feed: Feed) -> TerritorySet | None:
    """Countries of a grant, each known; None where the feed and the profile say nothing."""
    codes: list[str] = []
    for spelling in raw:
        code = feed.territories.read(spelling)
        if code is None:
            raise FeedError(
                "unknown-territory",
                f"{spelling!r} names no territory; add an alias to the partner's profile",
            )
        codes.append(code)
    included = tuple(dict.fromkeys(codes)) or feed.profile.territories
    return TerritorySet(included) if included else None


def default_licence(profile: Profile) -> Licence:
    """The profile's licence, else FREE: the feed says nothing of payment."""
    stated = (profile.licence or "").upper()
    return cast("Licence", stated) if stated in get_args(Licence) else "FREE"


def shown_bound(edge: Bound | None) -> str:
    """A bound in a derived key: the instant where there is one, so that zones do not matter."""
    if edge is None:
        return ""
    return edge.raw if edge.instant is None else iso(edge.instant)


def decimal_text(value: Any) -> str | None:
    """A price as exact decimal text; None when it is no amount."""
    number = as_number(value)
    return None if number is None or number < 0 else format(number, "f")
