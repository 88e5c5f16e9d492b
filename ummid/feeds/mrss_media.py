"""The media of a feed item: which rendition speaks for it, its technical facts and tracks."""

import re
from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from ummid.catalog import times
from ummid.catalog.languages import language as language_tag
from ummid.catalog.model import Artwork, Technical, Track, Warning
from ummid.errors import FeedError
from ummid.feeds.mrss_values import Facts, Link, Media, Subtitle, artwork, whole

_PLAYABLE_URL = re.compile(
    r"\.(?:m3u8|mpd|ism|mp4|m4v|mov|mpe?g|webm|ts|wmv|asf|flv|mp3|m4a)(?:[?#]|$)", re.IGNORECASE
)
_NTSC = {
    "23.976": "24000/1001",
    "23.98": "24000/1001",
    "29.97": "30000/1001",
    "59.94": "60000/1001",
}
_DAY_MS = 86_400_000
_MAX_KBPS = 200_000
_CUES = re.compile(r"[,;\s]+")


def split_media(
    stated: Sequence[Media], enclosed: Sequence[Media], links: Sequence[Link]
) -> tuple[list[Media], list[Artwork]]:
    """What can be played, the default first, and what is a picture.

    An enclosure that repeats a media:content says nothing new. Where a feed has neither, a
    link that plainly leads to a media file stands for one.
    """
    attached = [_linked(link) for link in links if link.rel == "enclosure"]
    if attached or enclosed:
        attached += enclosed
        urls = {c.attributes.get("url") for c in stated}
        stated = [*stated, *(e for e in attached if e.attributes.get("url") not in urls)]
    if not stated:
        playable = [k for k in links if k.rel == "alternate" and _PLAYABLE_URL.search(k.href)]
        return [_linked(link) for link in playable[:1]], []
    contents: list[Media] = []
    images: list[Artwork] = []
    for media in stated:
        attributes = media.attributes
        if attributes.get("medium") == "image" or attributes.get("type", "").startswith("image/"):
            if url := attributes.get("url"):
                width, height = attributes.get("width"), attributes.get("height")
                images.append(artwork(url, width, height, "image"))
        elif "isDefault" in attributes and attributes["isDefault"] == "true":
            contents.insert(0, media)
        else:
            contents.append(media)
    return contents, images


def _linked(link: Link) -> Media:
    found = {"url": link.href, "type": link.type or "", "fileSize": link.length or ""}
    return Media({name: value for name, value in found.items() if value})


def technical(contents: Sequence[Media], facts: Facts, warnings: list[Warning]) -> Technical | None:
    """The first rendition's facts; every one of several, and subtitles, are tracks."""
    get = facts.get
    tracks = [_rendition(media) for media in contents] if len(contents) > 1 else []
    if "subtitle" in facts or "subtitle_languages" in facts:
        raws = [raw for stated in get("subtitle_languages", ()) for raw in stated.split(",")]
        subtitles = [*get("subtitle", ()), *(Subtitle(raw) for raw in raws if raw.strip())]
        tracks += [_subtitle(subtitle, warnings) for subtitle in subtitles]
    attributes = contents[0].attributes if contents else {}
    cues = get("cuepoints")
    if not (contents or tracks or cues or "duration" in facts):
        return None
    of = attributes.get
    duration = of("duration") or (facts["duration"][0] if "duration" in facts else None)
    duration_ms = _duration(duration, warnings) if duration else None
    picture = _picture(of("framerate"), of("width"), of("height"), of("bitrate"))
    warnings += picture.warnings
    size = of("fileSize")
    return Technical(
        duration_ms,
        picture.frame_rate,
        picture.width,
        picture.height,
        bitrate_kbps=picture.bitrate_kbps,
        size_bytes=_count("size_bytes", size, warnings) if size else None,
        checksum=facts["hash"][0] if "hash" in facts else None,
        mime_type=of("type"),
        location=of("url"),
        tracks=tuple(tracks),
        ad_breaks_ms=_cues(cues, warnings) if cues else (),
    )


class _Picture(NamedTuple):
    frame_rate: str | None
    width: int | None
    height: int | None
    bitrate_kbps: int | None
    warnings: tuple[Warning, ...]


@lru_cache(maxsize=4096)
def _picture(
    rate: str | None, width: str | None, height: str | None, bitrate: str | None
) -> _Picture:
    """What the renditions of many titles have in common."""
    warnings: list[Warning] = []
    return _Picture(
        _frame_rate(rate, warnings) if rate else None,
        _count("width", width, warnings) if width else None,
        _count("height", height, warnings) if height else None,
        _bitrate(bitrate, warnings) if bitrate else None,
        tuple(warnings),
    )


def languages(
    contents: Sequence[Media], stated: Sequence[str], warnings: list[Warning]
) -> tuple[str, ...]:
    """The languages of the media, each once; what names none becomes a warning."""
    raws = []
    for content in contents:
        raw = content.attributes.get("lang") or content.attributes.get("language")
        if raw and raw not in raws:
            raws.append(raw)
    if stated:
        raws = list(dict.fromkeys([*raws, *stated]))
    found: dict[str, None] = {}
    for raw in raws:
        tag = language_tag(raw)
        if tag:
            found[tag] = None
        else:
            warnings.append(_unknown_language("languages", raw))
    return tuple(found)


def _rendition(media: Media) -> Track:
    get = media.attributes.get
    return Track(
        "audio" if get("medium") == "audio" else "video",
        language_tag(get("lang") or get("language")),
        _described(get("type"), get("width"), get("height"), get("bitrate")),
        None,
        get("channels"),
        get("url"),
    )


@lru_cache(maxsize=4096)
def _described(
    mime: str | None, width: str | None, height: str | None, bitrate: str | None
) -> str | None:
    """`video/mp4 1280x720 2500kbps`."""
    size = f"{width}x{height}" if width and height else None
    rate = f"{bitrate}kbps" if bitrate else None
    return " ".join(part for part in (mime, size, rate) if part) or None


def _subtitle(stated: Subtitle, warnings: list[Warning]) -> Track:
    raw = stated.language
    tag = language_tag(raw)
    if raw and not tag:
        warnings.append(_unknown_language("technical.tracks", raw))
    return Track("subtitle", tag, stated.type, location=stated.href)


def _unknown_language(field: str, raw: str) -> Warning:
    return Warning("unknown-language", field, f"{raw.strip()!r} names no language")


def _count(name: str, raw: str, warnings: list[Warning]) -> int | None:
    value = whole(raw)
    if value is None:
        warnings.append(Warning("bad-number", f"technical.{name}", f"{raw!r} is no number"))
    return value


def _bitrate(raw: str, warnings: list[Warning]) -> int | None:
    value = _count("bitrate_kbps", raw, warnings)
    if value is not None and value > _MAX_KBPS:
        message = f"{value} kbit/s is implausible: probably bit/s; kept as stated"
        warnings.append(Warning("implausible-bitrate", "technical.bitrate_kbps", message))
    return value


def milliseconds(raw: str) -> int | None:
    """Seconds as Media RSS writes them, `H:MM:SS` and `PT…` as others do; None for others."""
    return int(raw) * 1000 if raw.isdecimal() else _odd_milliseconds(raw)


@lru_cache(maxsize=16384)
def _odd_milliseconds(raw: str) -> int | None:
    try:
        return int(Fraction(raw.strip()) * 1000)
    except (ValueError, ZeroDivisionError):
        pass
    try:
        return times.duration_ms(raw)
    except FeedError:
        return None


def _duration(raw: str, warnings: list[Warning]) -> int | None:
    value = milliseconds(raw)
    if value is None:
        message = f"{raw!r} is no duration"
        warnings.append(Warning("bad-duration", "technical.duration_ms", message))
    elif not 0 < value <= _DAY_MS:
        message = f"{raw!r} is implausible; kept as stated"
        warnings.append(Warning("implausible-duration", "technical.duration_ms", message))
    return value


def _frame_rate(raw: str, warnings: list[Warning]) -> str | None:
    found = _fraction(raw.strip())
    if found is None:
        message = f"{raw!r} is no frame rate"
        warnings.append(Warning("bad-number", "technical.frame_rate", message))
    return found


def _fraction(text: str) -> str | None:
    try:
        return _NTSC.get(text) or str(Fraction(text))
    except (ValueError, ZeroDivisionError):
        return None


def _cues(stated: Sequence[str], warnings: list[Warning]) -> tuple[int, ...]:
    """Ad breaks from the start, in seconds or clock time, as a list in text."""
    found = []
    for raw in _CUES.split(",".join(stated).strip(" ,;")):
        value = milliseconds(raw)
        if value is None:
            field = "technical.ad_breaks_ms"
            warnings.append(Warning("bad-cuepoint", field, f"{raw!r} is no time"))
        else:
            found.append(value)
    return tuple(found)
