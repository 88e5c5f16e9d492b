"""Essence descriptors of an IMF CPL: what the image, sound and text of a composition are.

Names are those of SMPTE ST 335 / ST 395 (any prefix, any registry version). A universal
label is compared by its last eight bytes: bytes 1-8 hold registry and version numbers that
writers disagree about.
"""

import re
from dataclasses import dataclass, field
from fractions import Fraction

from ummid.catalog.languages import language
from ummid.catalog.model import Track, Warning
from ummid.feeds.xml import Element, child, child_text, children, local, text

TRANSFERS = {
    "0401010101020000": "BT.709",
    "0401010101060000": "linear",
    "0401010101070000": "DCDM",
    "0401010101080000": "xvYCC",
    "0401010101090000": "BT.2020",
    "04010101010a0000": "PQ",
    "04010101010b0000": "HLG",
}
PRIMARIES = {
    "0401010103010000": "SMPTE 170M",
    "0401010103020000": "BT.470 PAL",
    "0401010103030000": "BT.709",
    "0401010103040000": "BT.2020",
    "0401010103050000": "DCDM",
    "0401010103060000": "P3-D65",
    "0401010103070000": "ACES",
    "0401010103080000": "XYZ",
}
_CODINGS = (
    ("04010202030108", "HTJ2K"),
    ("040102020301", "JPEG 2000"),
    ("040102020306", "ProRes"),
)
_CHANNELS = {
    "sg51": "5.1",
    "sg71": "7.1",
    "sg71ds": "7.1",
    "sgst": "2.0",
    "sgltrt": "2.0",
    "sgdm": "2.0",
    "sgm": "1.0",
    "sg30": "3.0",
    "sg40": "4.0",
    "sg50": "5.0",
    "sg60": "6.0",
    "sg61": "6.1",
    "iab": "IAB",
}
"""MCA tag symbols (SMPTE ST 428-12, ST 2067-8) as channel counts."""


@dataclass(frozen=True)
class Sound:
    """One soundfield of an audio track file."""

    language: str | None = None
    channels: str | None = None
    content: str | None = None
    title: str | None = None


@dataclass(frozen=True)
class Essence:
    """What one descriptor says; sizes in pixels of a whole frame."""

    codec: str | None = None
    width: int | None = None
    height: int | None = None
    aspect_ratio: str | None = None
    hdr: str | None = None
    colour: str | None = None
    languages: tuple[str, ...] = ()
    sounds: tuple[Sound, ...] = ()
    warnings: tuple[Warning, ...] = field(default=())


def rate(raw: str) -> Fraction | None:
    """`24000 1001`, `24000/1001` or `25` as an exact fraction; None when it is no rate."""
    match = re.fullmatch(r"(\d+)(?:[ /](\d+))?", raw.strip())
    if not match or int(match[1]) == 0 or int(match[2] or 1) == 0:
        return None
    return Fraction(int(match[1]), int(match[2] or 1))


def essences(composition: Element) -> dict[str, Essence]:
    """The descriptors of a composition by their Id (what a resource's SourceEncoding names)."""
    listed = child(composition, "EssenceDescriptorList")
    found: dict[str, Essence] = {}
    for name, entry in children(listed) if listed is not None else ():
        if name != "EssenceDescriptor":
            continue
        descriptor = next((e for n, e in children(entry) if n != "Id"), None)
        if descriptor is not None:
            found[child_text(entry, "Id")] = _essence(descriptor)
    return found


def tracks(kind: str, role: str, essence: Essence | None, location: str | None) -> list[Track]:
    """The tracks of one virtual track: one per soundfield, else one."""
    known = essence or Essence()
    if kind == "audio":
        return [
            Track("audio", s.language, s.content or role, known.codec, s.channels, location)
            for s in known.sounds or (Sound(),)
        ]
    if kind == "subtitle":
        tags = known.languages or (None,)
        return [Track("subtitle", tag, role, known.codec, None, location) for tag in tags]
    return [Track("video", None, role, known.codec, None, location)]


def _essence(descriptor: Element) -> Essence:
    facts: dict[str, str] = {}
    parts: list[tuple[str, dict[str, str]]] = []
    for name, value in children(descriptor):
        if name == "SubDescriptors":
            parts = [(n, {k: text(v) for k, v in children(part)}) for n, part in children(value)]
        else:
            facts.setdefault(name, text(value))
    warnings: list[Warning] = []
    height = _int(facts.get("StoredHeight"))
    if height is not None and facts.get("FrameLayout") == "SeparateFields":
        height *= 2
    transfer = TRANSFERS.get(_label(facts.get("TransferCharacteristic")))
    colour = facts.get("ColorPrimaries")
    return Essence(
        codec=_codec(descriptor, facts),
        width=_int(facts.get("StoredWidth")),
        height=height,
        aspect_ratio=_aspect(facts.get("ImageAspectRatio")),
        hdr=transfer if transfer in ("PQ", "HLG") else None,
        colour=PRIMARIES.get(_label(colour), colour) if colour else None,
        languages=_languages(facts, warnings),
        sounds=tuple(_sounds(facts, parts, warnings)),
        warnings=tuple(warnings),
    )


def _codec(descriptor: Element, facts: dict[str, str]) -> str | None:
    kind = local(descriptor)
    coding = facts.get("PictureCompression")
    if coding:
        label = _label(coding)
        return next((name for start, name in _CODINGS if label.startswith(start)), coding)
    if kind.startswith("WAVEPCM"):
        return "PCM"
    if kind.startswith("IAB"):
        return "IAB"
    return "TTML" if "ttml" in facts.get("NamespaceURI", "").lower() else None


def _sounds(
    facts: dict[str, str], parts: list[tuple[str, dict[str, str]]], warnings: list[Warning]
) -> list[Sound]:
    fields = [part for name, part in parts if "SoundfieldLabel" in name or "GroupLabel" in name]
    if not fields and "ChannelCount" in facts:
        labels = [part for name, part in parts if name.startswith("AudioChannelLabel")]
        fields = labels[:1] or [{}]
    return [
        Sound(
            next(iter(_languages(part, warnings)), None),
            _CHANNELS.get(part.get("MCATagSymbol", "").lower()) or facts.get("ChannelCount"),
            part.get("MCAAudioContentKind") or None,
            part.get("MCATitle") or None,
        )
        for part in fields
    ]


def _languages(facts: dict[str, str], warnings: list[Warning]) -> tuple[str, ...]:
    """From RFC5646SpokenLanguage, RFC5646AudioLanguageCode or RFC5646LanguageTagList."""
    found = []
    for name, value in facts.items():
        if name.startswith("RFC5646"):
            for raw in re.split(r"[\s,;]+", value):
                tag = language(raw)
                if tag:
                    found.append(tag)
                elif raw:
                    warnings.append(Warning("unknown-language", name, f"{raw!r} is no language"))
    return tuple(found)


def _label(raw: str | None) -> str:
    digits = re.sub(r"[^0-9a-f]", "", (raw or "").lower().removeprefix("urn:smpte:ul:"))
    return digits[16:] if len(digits) == 32 else ""


def _aspect(raw: str | None) -> str | None:
    return re.sub(r"[\s/]+", ":", raw.strip()) if raw and raw.strip() else None


def _int(raw: str | None) -> int | None:
    return int(raw) if raw and raw.isascii() and raw.isdigit() else None
