"""What ADI 1.1 says about a title: names, people, kind, numbers, media, pictures."""

import re
from collections.abc import Iterator

from ummid.catalog import times
from ummid.catalog.grants import LanguageTerm
from ummid.catalog.languages import language
from ummid.catalog.model import (
    Artwork,
    Credit,
    Genre,
    Kind,
    Rating,
    Synopsis,
    SynopsisLength,
    Technical,
    Text,
    TextUse,
    Track,
    Warning,
)
from ummid.errors import FeedError
from ummid.feeds.adi_assets import Asset, Title, check_text

KINDS: dict[str, Kind] = {
    "movie": "film",
    "film": "film",
    "feature": "film",
    "series": "episode",
    "mini-series": "episode",
    "miniseries": "episode",
    "episode": "episode",
    "tv show": "episode",
    "short": "short",
    "special": "special",
    "sports": "event",
    "event": "event",
    "music": "programme",
    "trailer": "trailer",
    "preview": "trailer",
}
_MPAA = frozenset({"G", "PG", "PG-13", "R", "NC-17", "NR", "UR"})
_NOT_FIRST_NAMES = re.compile(
    r"^(inc|llc|ltd|limited|co|corp|gmbh|jr|sr|ii|iii|iv|ph\.?d|m\.?d)\.?$", re.IGNORECASE
)
_RATES = {
    "2398": "24000/1001",
    "23976": "24000/1001",
    "23.98": "24000/1001",
    "23.976": "24000/1001",
    "2997": "30000/1001",
    "29.97": "30000/1001",
    "5994": "60000/1001",
    "59.94": "60000/1001",
}
_TITLES: tuple[tuple[str, TextUse], ...] = (
    ("Title", "display"),
    ("Title_Brief", "short"),
    ("Title_Sort_Name", "sort"),
    ("Episode_Name", "alternate"),
    ("Episode_Title", "alternate"),
)
_PEOPLE = (
    ("actor", ("Actors", "Actor"), "Actors_Display"),
    ("director", ("Director", "Directors"), "Director_Display"),
    ("producer", ("Producer", "Producers"), "Producer_Display"),
    ("writer", ("Writer", "Writers"), "Writer_Display"),
    ("creator", ("Creator",), "Creator_Display"),
)
PICTURES = ("poster", "box_cover", "boxcover", "cover", "image", "thumbnail", "banner", "still")


def person(raw: str) -> str:
    """`Last,First` as `First Last`; a display name or a company (`Acme, Inc.`) as it is."""
    last, comma, first = (part.strip() for part in raw.partition(","))
    if not comma or not first or not last or "," in first or _NOT_FIRST_NAMES.match(first):
        return raw.strip()
    return f"{first} {last}"


def tag_of(raw: str, name: str, doubts: list[Warning]) -> str | None:
    """A language; `eng_1234` carries a track number, dropped with a warning."""
    match = re.fullmatch(r"([A-Za-z]{2,3})[_-](\d+)", raw.strip())
    if match:
        doubts.append(Warning("language-suffix", name, f"{raw!r} is read as {match[1]!r}"))
    tag = language(match[1] if match else raw)
    if raw.strip() and tag is None:
        doubts.append(Warning("unknown-language", name, f"{raw!r} is no language"))
    return tag


def names(unit: Title, doubts: list[Warning]) -> list[Text]:
    """Titles of the title asset, then of its translations."""
    found: dict[Text, None] = {}
    for asset, tag in _worded(unit, doubts):
        for name, use in _TITLES:
            value = asset.one(name)
            if value:
                found[Text(check_text(value, name, doubts), tag, use)] = None
                if re.search("[\u0e01-\u0e2e]", value) and tag not in ("th", "und"):
                    doubts.append(
                        Warning("language-doubt", name, f"Thai script under language {tag!r}")
                    )
    if not any(text.use == "display" for text in found):
        doubts.append(Warning("missing-title", "Title", "the title asset has no Title"))
    return list(found)


def synopses(unit: Title, doubts: list[Warning]) -> Iterator[Synopsis]:
    """Summaries, translations included."""
    lengths: tuple[SynopsisLength, ...] = ("short", "medium", "long")
    for asset, tag in _worded(unit, []):
        for length in lengths:
            value = asset.one(f"Summary_{length.title()}")
            if value:
                field = f"Summary_{length.title()}"
                yield Synopsis(check_text(value, field, doubts), tag, length)


def keywords(unit: Title) -> tuple[str, ...]:
    """`Keywords` lists and `Tag`s, translations included."""
    found: dict[str, None] = {}
    for asset in (unit.title, *unit.of("translation")):
        for value in asset.all("Keywords", "Keyword"):
            found.update(dict.fromkeys(w.strip() for w in re.split("[,;]", value) if w.strip()))
    found.update(dict.fromkeys(unit.title.all("Tag", "Tags")))
    return tuple(found)


def people(title: Asset) -> Iterator[Credit]:
    """Credits by role in the order given; a display list serves where no names are given."""
    order = 0
    for role, fields, display in _PEOPLE:
        given = [person(value) for value in title.all(*fields)]
        shown = [n.strip() for v in title.all(display) for n in v.split(",") if n.strip()]
        for name in given or shown:
            order += 1
            yield Credit(name, role, None, order)


def genres(title: Asset) -> Iterator[Genre]:
    for value in title.all("Genre", "Genres"):
        yield Genre(value)
    for path in title.all("Category"):
        yield Genre(path, "category")


def ratings(unit: Title, regions: dict[int, str | None]) -> Iterator[Rating]:
    """The title's rating, then those of regional assets; ADI names no system."""
    title = unit.title
    advice = tuple(
        a.strip() for value in title.all("Advisories") for a in re.split("[,;]", value) if a.strip()
    )
    stated = title.one("Rating_System")
    for value in title.all("Rating"):
        system = stated or ("TVPG" if value.upper().startswith("TV") else "")
        system = system or ("MPAA" if value.upper() in _MPAA else "unspecified")
        yield Rating(system, value, reasons=advice)
    for value in title.all("MSORating", "MSO_Rating"):
        yield Rating("MSO", value)
    for asset in unit.of("regional"):
        for value in asset.all("Rating"):
            system = asset.one("Rating_System") or "unspecified"
            yield Rating(system, value, regions.get(id(asset)))


def kind_of(title: Asset, tms: str, doubts: list[Warning]) -> Kind:
    """From Show_Type; a film that is also numbered as an episode stays what it is called."""
    stated = title.one("Show_Type")
    title.used.discard("show_type")
    numbered = bool(title.one("Episode_Number") or title.one("Episode_ID"))
    kind = KINDS.get(stated.lower())
    if kind is None:
        kind = "episode" if numbered else ("film" if tms.startswith("MV") else "unknown")
    if kind == "film" and numbered:
        doubts.append(
            Warning("kind-conflict", "Show_Type", f"{stated!r} and yet an episode number")
        )
    return kind


def number(title: Asset, name: str, doubts: list[Warning]) -> int | None:
    raw = title.one(name)
    if raw.isascii() and raw.isdigit():
        return int(raw)
    if raw:
        title.used.discard(name.lower())
        doubts.append(Warning("bad-number", name, f"{raw!r} is no number"))
    return None


def artwork(unit: Title) -> Iterator[Artwork]:
    """Pictures; their size from `Image_Aspect_Ratio` (530x764) or the end of their Type."""
    for asset in unit.of(*PICTURES):
        reference = asset.content.strip() or asset.paid([])
        shape = asset.one("Image_Aspect_Ratio") or asset.one("Type")
        size = re.search(r"(\d{2,5})\s*[xX]\s*(\d{2,5})$", shape)
        if reference:
            yield Artwork(
                reference,
                asset.kind,
                int(size[1]) if size else None,
                int(size[2]) if size else None,
            )


def media(unit: Title, doubts: list[Warning]) -> Technical | None:
    """The first movie's file, the tracks of all movies and captions, the title's run time."""
    movies = unit.of("movie")
    duration = _run_time(unit, doubts)
    tracks = [track for movie in movies for track in _tracks(movie, doubts)]
    for caption in unit.of("closedcaption", "closed_caption", "subtitle", "caption"):
        tag = tag_of(caption.one("Language"), "closedCaption", doubts)
        kind = caption.one("Type") or None
        tracks.append(Track("subtitle", tag, kind, location=caption.content.strip() or None))
    if not movies:
        return Technical(duration_ms=duration, tracks=tuple(tracks)) if duration or tracks else None
    first = movies[0]
    lines = re.match(r"(\d{3,4})\s*[iIpP]", first.one("Resolution"))
    rate = first.one("Frame_Rate", "FrameRate")
    return Technical(
        duration_ms=duration,
        frame_rate=_RATES.get(rate, rate) or None,
        height=int(lines[1]) if lines else None,
        aspect_ratio=first.one("Screen_Format") or None,
        bitrate_kbps=number(first, "Bit_Rate", doubts),
        size_bytes=number(first, "Content_FileSize", doubts),
        checksum=first.one("Content_CheckSum").lower() or None,
        location=first.content.strip() or None,
        tracks=tuple(tracks),
    )


def qualities(unit: Title) -> tuple[str, ...]:
    """From Resolution, else HDContent, of every movie."""
    found: dict[str, None] = {}
    for movie in unit.of("movie"):
        lines = re.match(r"\d+", movie.one("Resolution"))
        flag = movie.one("HDContent").upper()
        if lines:
            height = int(lines[0])
            found["UHD" if height >= 2160 else "HD" if height >= 720 else "SD"] = None
        elif flag:
            found["HD" if flag in ("Y", "YES", "TRUE") else "SD"] = None
    return tuple(found)


def language_terms(technical: Technical | None) -> tuple[LanguageTerm, ...]:
    """The languages of the media, as terms that describe the asset."""
    found: dict[LanguageTerm, None] = {}
    for track in technical.tracks if technical else ():
        if track.language and track.kind != "video":
            kind = "dub" if track.type == "dubbed" else track.kind
            found[LanguageTerm(track.language, "asset", kind)] = None
    return tuple(found)


def _worded(unit: Title, doubts: list[Warning]) -> Iterator[tuple[Asset, str]]:
    for asset in (unit.title, *unit.of("translation")):
        yield asset, tag_of(asset.one("Language"), "Language", doubts) or "und"


def _tracks(movie: Asset, doubts: list[Warning]) -> Iterator[Track]:
    where = movie.content.strip() or None
    codec = movie.one("Codec") or None
    yield Track("video", codec=codec, location=where)
    sound = movie.one("Audio_Type") or None
    spoken = [v for raw in movie.all("Languages", "Language") for v in re.split("[,;]", raw)]
    for raw in spoken or ([""] if sound else []):
        yield Track("audio", tag_of(raw, "Languages", doubts), None, None, sound, where)
    for name, kind in (("Dubbed_Languages", "dubbed"), ("Subtitle_Languages", None)):
        for value in movie.all(name):
            for raw in re.split("[,;]", value):
                tag = tag_of(raw, name, doubts)
                yield Track("audio" if kind else "subtitle", tag, kind, location=where)


def _run_time(unit: Title, doubts: list[Warning]) -> int | None:
    title = unit.title
    raw, shown = title.one("Run_Time"), title.one("Display_Run_Time")
    # Display_Run_Time is HH:MM; read as a clock it would be MM:SS
    text = raw or (f"{shown}:00" if shown.count(":") == 1 else shown)
    try:
        duration = times.duration_ms(text)
    except FeedError as error:
        doubts.append(Warning(error.code, "Run_Time", str(error)))
        return None
    if duration is not None and not 0 < duration <= 24 * 3_600_000:
        doubts.append(Warning("implausible-duration", "Run_Time", f"{text} is implausible"))
    for movie in unit.of("movie")[:1]:
        lasts = _media_ms(movie)
        if duration and lasts is not None and abs(lasts - duration) > duration // 10:
            doubts.append(
                Warning(
                    "run-time-differs", "Run_Time", f"{text}, and the media lasts {lasts // 1000} s"
                )
            )
    return duration


def _media_ms(movie: Asset) -> int | None:
    first = _timecode_ms(movie.one("Start_Of_Media"))
    last = _timecode_ms(movie.one("End_Of_Media"))
    movie.used -= {"start_of_media", "end_of_media"}
    return None if first is None or last is None else last - first


def _timecode_ms(raw: str) -> int | None:
    match = re.fullmatch(r"(\d+):(\d{2}):(\d{2})[:;]\d{2}", raw)
    if not match:
        return None
    hours, minutes, seconds = (int(part) for part in match.groups())
    return ((hours * 60 + minutes) * 60 + seconds) * 1000
