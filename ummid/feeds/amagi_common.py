"""What Amagi's EPG and VOD documents share: kinds, ids, ratings, pictures, dates."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from ummid.catalog import times
from ummid.catalog.identifiers import external_id
from ummid.catalog.model import Artwork, ExternalId, IdScope, Kind, Rating, Release, Warning
from ummid.errors import FeedError

KINDS: dict[str, Kind] = {
    "movie": "film",
    "feature film": "film",
    "episode": "episode",
    "tv_episode": "episode",
    "tv_series": "series",
    "series": "series",
    "short": "short",
    "short film": "short",
    "special": "special",
    "sports-event": "event",
    "sports event": "event",
    "event": "event",
    "trailer": "trailer",
}
_RATES = {
    "23.976": "24000/1001",
    "23.98": "24000/1001",
    "29.97": "30000/1001",
    "59.94": "60000/1001",
}
_VALUE = re.compile(
    r"^(TV-?(?:Y7?|G|PG|14|MA)(?:-?FV)?|G|PG|PG-?13|R|NC-?17|NR|UR|U|12A?|15|18)$", re.IGNORECASE
)


def number(raw: object, field: str, doubts: list[Warning]) -> int | None:
    """A whole number, written as number or text; a warning for anything else."""
    text = "" if raw is None else str(raw).strip()
    if text.isascii() and text.isdigit():
        return int(text)
    if text:
        doubts.append(Warning("bad-number", field, f"{text!r} is no number"))
    return None


def frame_rate(raw: str) -> str | None:
    return _RATES.get(raw, raw) or None


def rating(body: str, value: str, reason: str, doubts: list[Warning]) -> Rating | None:
    """A rating; where body and code are plainly the wrong way round, they are exchanged."""
    if not value:
        return None
    if _VALUE.match(body) and not _VALUE.match(value):
        doubts.append(
            Warning("swapped-rating", "ratings", f"body {body!r} and code {value!r} exchanged")
        )
        body, value = value, body
    return Rating(body or "unspecified", value, reasons=(reason,) if reason else ())


def picture(facts: Mapping[str, str], series: bool, doubts: list[Warning]) -> Artwork | None:
    """A picture by `uri`, `url` or `filePath`, a URL or a file name."""
    reference = facts.get("uri") or facts.get("url") or facts.get("filePath")
    if not reference:
        return None
    shown = facts.get("type", "")
    return Artwork(
        reference,
        (f"series-{shown or 'image'}" if series else shown) or None,
        number(facts.get("width"), "width", doubts),
        number(facts.get("height"), "height", doubts),
    )


def ids(
    pairs: Iterable[tuple[str, str]], scope: IdScope, doubts: list[Warning]
) -> Iterator[ExternalId]:
    """Identifiers from (provider, id)."""
    for provider, value in pairs:
        known = external_id(provider, value, scope)
        if known is not None:
            if not known.valid:
                doubts.append(
                    Warning("invalid-id", "externalIDs", f"{value!r} is no {known.scheme} id")
                )
            yield known


def release(raw: str, kind: str, field: str, doubts: list[Warning]) -> Release | None:
    """A release date, ISO or the EPG's dd-mm-yyyy."""
    text = raw.strip()
    if re.fullmatch(r"\d{2}-\d{2}-\d{4}", text):
        try:
            day = datetime.strptime(text, "%d-%m-%Y").date().isoformat()
        except ValueError:
            day = ""
        if day:
            return Release(day, kind)
    elif re.fullmatch(r"\d{4}", text):
        return Release(text, kind, precision="year")
    elif text:
        try:
            times.bound(text)
        except FeedError:
            pass
        else:
            return Release(text[:10], kind)
    if text:
        doubts.append(Warning("bad-date", field, f"{text!r} is no date"))
    return None


def breaks(values: Iterable[str], doubts: list[Warning]) -> tuple[int, ...]:
    """Ad breaks in ms from `HH:MM:SS.msec` or `HH:MM:SS:FF` (frames dropped with a warning)."""
    found = []
    for value in filter(None, (v.strip() for v in values)):
        frames = re.fullmatch(r"(\d+:\d{2}:\d{2})[:;](\d{2})", value)
        if frames and int(frames[2]):
            doubts.append(Warning("frames-dropped", "adBreaks", f"{value}: frames are left out"))
        try:
            at = times.duration_ms(frames[1] if frames else value)
        except FeedError as error:
            doubts.append(Warning(error.code, "adBreaks", str(error)))
            continue
        if at is not None:
            found.append(at)
    return tuple(found)
