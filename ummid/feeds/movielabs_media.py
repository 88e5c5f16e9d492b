"""Tracks and pictures of Common Metadata (`md:DigitalAsset*Data-type`).

MEC carries them as `DigitalAsset`, a Media Manifest as its `Inventory`. Bit rates are bits per
second in the schema and kbit/s here; a frame rate is a whole number with a multiplier.
"""

from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import Literal

import msgspec

from ummid.catalog.languages import UNDETERMINED
from ummid.catalog.model import Technical, Track, Warning
from ummid.feeds.movielabs import duration, first, grouped, integer, language_tag, texts
from ummid.feeds.xml import Element, child, child_text, local, text

TrackKind = Literal["audio", "video", "subtitle"]
_KINDS: dict[str, TrackKind] = {"Audio": "audio", "Video": "video", "Subtitle": "subtitle"}
_HDR_TRANSFERS = ("2084", "PQ", "HLG", "2100")


def tracks(element: Element, warnings: list[Warning]) -> Iterator[Track]:
    """One track per language of an Audio, Video or Subtitle element."""
    kind = _KINDS[local(element)]
    parts = grouped(element)
    stated = "/".join(texts(parts.get("Type", ())))
    for item in parts.get("Language") or (None,):
        tag = None
        marks = [stated] if stated else []
        if item is not None:
            found = language_tag(text(item), f"technical.{kind}", warnings)
            tag = found if found != UNDETERMINED else None
            marks += [m for m in ("dubbed", "forced") if item.get(m) in ("true", "1")]
        yield Track(
            kind,
            tag,
            ", ".join(marks) or None,
            _codec(kind, parts),
            first(parts.get("Channels", ())) or None,
            location(element),
        )


def _codec(kind: TrackKind, parts: dict[str, list[Element]]) -> str | None:
    if kind == "subtitle":
        return first(parts.get("FormatType", ())) or first(parts.get("Format", ())) or None
    return next((c for e in parts.get("Encoding", ()) if (c := child_text(e, "Codec"))), None)


def location(element: Element) -> str | None:
    """Where the file lies, as written, white space around it removed; never opened."""
    return child_text(element, "ContainerReference", "ContainerLocation") or None


def technical_of(elements: Iterable[Element], warnings: list[Warning]) -> Technical | None:
    """The tracks of some media elements, and the facts of the first video among them."""
    items = list(elements)
    if not items:
        return None
    found = tuple(dict.fromkeys(t for item in items for t in tracks(item, warnings)))
    videos = [item for item in items if local(item) == "Video"]
    base = _video(videos[0], warnings) if videos else Technical()
    if base.duration_ms is None:
        lengths = (child_text(item, "Encoding", "ActualLength") for item in items)
        stated = next((length for length in lengths if length), "")
        base = msgspec.structs.replace(base, duration_ms=duration(stated, warnings))
    return msgspec.structs.replace(base, tracks=found)


def _video(element: Element, warnings: list[Warning]) -> Technical:
    picture = child(element, "Picture")
    size = child_text(element, "ContainerReference", "Length")
    rate = child_text(element, "Encoding", "BitRateAverage") or child_text(
        element, "Encoding", "BitrateMax"
    )
    bits = integer(rate, "technical.bitrate_kbps", warnings)
    shape = grouped(picture) if picture is not None else {}
    return Technical(
        duration_ms=duration(child_text(element, "Encoding", "ActualLength"), warnings),
        frame_rate=_frame_rate(shape.get("FrameRate", []), warnings),
        width=integer(first(shape.get("WidthPixels", ())), "technical.width", warnings),
        height=integer(first(shape.get("HeightPixels", ())), "technical.height", warnings),
        hdr=_hdr(picture),
        aspect_ratio=first(shape.get("AspectRatio", ())) or None,
        colour=child_text(element, "ColorType") or None,
        bitrate_kbps=bits // 1000 if bits is not None else None,
        size_bytes=integer(size, "technical.size_bytes", warnings),
        checksum=_checksum(element),
        location=location(element),
    )


def _frame_rate(stated: list[Element], warnings: list[Warning]) -> str | None:
    """24 with multiplier 1000/1001 as 24000/1001."""
    raw = first(stated)
    if not raw:
        return None
    factor = (stated[0].get("multiplier") or "1").strip().replace(":", "/")
    try:
        rate = Fraction(raw) * Fraction(factor)
    except (ValueError, ZeroDivisionError):
        warnings.append(
            Warning("bad-frame-rate", "technical.frame_rate", f"{raw!r} x {factor!r} is no rate")
        )
        return None
    return str(rate)


def _hdr(picture: Element | None) -> str | None:
    if picture is None:
        return None
    transfer = child_text(picture, "ColorEncoding", "TransferFunction")
    return transfer if any(mark in transfer.upper() for mark in _HDR_TRANSFERS) else None


def _checksum(element: Element) -> str | None:
    item = child(element, "ContainerReference", "Hash")
    if item is None or not text(item):
        return None
    method = (item.get("method") or "").strip().lower()
    return f"{method}:{text(item)}" if method else text(item)


def merge(base: Technical | None, more: Technical | None) -> Technical | None:
    """`base`, with what only `more` says."""
    if base is None or more is None:
        return base or more
    missing = {
        name: value
        for name in Technical.__struct_fields__
        if (value := getattr(more, name)) and not getattr(base, name)
    }
    return msgspec.structs.replace(base, **missing)
