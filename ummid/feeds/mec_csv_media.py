"""The media of one experience in an MMC table or JSON document for Prime Video.

It describes files and is never a title; its title does not always equal that of the MEC table.
"""

from collections.abc import Iterator
from typing import Literal

from ummid.catalog.keys import stable_id
from ummid.catalog.languages import UNDETERMINED
from ummid.catalog.model import Artwork, SourceRecord, Technical, Text, Track, Warning
from ummid.errors import FeedError
from ummid.feeds.connector import Feed
from ummid.feeds.mec_csv_title import Json, object_at, objects_at, text_at
from ummid.feeds.movielabs import content_id, integer, language_tag

_TRACKS: tuple[Literal["video", "audio", "subtitle"], ...] = ("video", "audio", "subtitle")


def read_media(feed: Feed, at: str, payload: Json, warnings: list[Warning]) -> SourceRecord:
    """Raises FeedError `missing-id` when neither an id, a title nor a file names it."""
    title = text_at(payload, "titleDisplay")
    experience: Json = next(iter(objects_at(payload, "experience")), {})
    identifier = text_at(experience, "id")
    tracks = tuple(_tracks(payload, warnings))
    files = [track.location for track in tracks if track.location]
    if not (identifier or title or files):
        raise FeedError("missing-id", "no ExperienceID, no title and no file name this media")
    kind, detail = text_at(experience, "type"), text_at(experience, "subType")
    named = [identifier] if identifier else [title, kind, detail] if title else files[:1]
    alids = tuple(a for i in objects_at(payload, "alidExperience") if (a := text_at(i, "alid")))
    return SourceRecord(
        format=feed.format,
        partner=feed.partner,
        format_version=feed.header.format_version,
        kind="asset",
        key=stable_id("media", *named),
        source=feed.source(at),
        own_id=identifier or None,
        ids=tuple(i for alid in alids for i in content_id(alid, "links", warnings, "package")),
        titles=(Text(title),) if title else (),
        artwork=tuple(_images(payload, warnings)),
        technical=_technical(payload, tracks, warnings),
        versions=tuple(v for i in objects_at(payload, "presentation") if (v := text_at(i, "id"))),
        links=alids,
        extra=_facts(payload, kind, detail),
        warnings=tuple(dict.fromkeys(warnings)),
    )


def _tracks(payload: Json, warnings: list[Warning]) -> Iterator[Track]:
    for kind in _TRACKS:
        for item in objects_at(payload, kind):
            stated = text_at(item, "language")
            tag = language_tag(stated, f"technical.{kind}", warnings) if stated else UNDETERMINED
            found = Track(
                kind,
                tag if tag != UNDETERMINED else None,
                text_at(item, "type") or None,
                location=text_at(item, "location") or None,
            )
            if found.location or found.language or found.type:
                yield found


def _technical(
    payload: Json, tracks: tuple[Track, ...], warnings: list[Warning]
) -> Technical | None:
    video: Json = next(iter(objects_at(payload, "video")), {})
    picture = object_at(video, "picture")
    found = Technical(
        width=integer(text_at(picture, "widthPixels"), "technical.width", warnings),
        height=integer(text_at(picture, "heightPixels"), "technical.height", warnings),
        aspect_ratio=text_at(picture, "aspectRatio") or None,
        checksum=text_at(video, "hash") or None,
        location=text_at(video, "location") or None,
        tracks=tracks,
    )
    return found if found != Technical() else None


def _images(payload: Json, warnings: list[Warning]) -> Iterator[Artwork]:
    for item in objects_at(payload, "image"):
        if reference := text_at(item, "location"):
            stated = text_at(item, "language")
            tag = language_tag(stated, "artwork", warnings) if stated else None
            yield Artwork(reference, text_at(item, "purpose").lower() or None, language=tag)


def _facts(payload: Json, kind: str, detail: str) -> dict[str, str]:
    rates = [text_at(item, "frameRate") for item in objects_at(payload, "subtitle")]
    ids = [text_at(i, "trackId") for key in _TRACKS for i in objects_at(payload, key)]
    found = {
        "type": kind,
        "sub-type": detail,
        "subtitle-frame-rate": "; ".join(dict.fromkeys(r for r in rates if r)),
        "track-ids": "; ".join(i for i in ids if i),
    }
    return {name: value for name, value in found.items() if value}
