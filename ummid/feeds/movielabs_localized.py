"""`md:BasicMetadataInfo-type`: what a title says in one language.

The numbers in `TitleDisplay60` or `Summary190` are conventions (no XSD has a limit) that
partners exceed: a warning.
"""

from collections.abc import Iterable, Iterator

from ummid.catalog.languages import UNDETERMINED
from ummid.catalog.model import (
    Artwork,
    Genre,
    Synopsis,
    SynopsisLength,
    Text,
    TextUse,
    Warning,
)
from ummid.feeds.connector import Feed
from ummid.feeds.movielabs import (
    first,
    grouped,
    integer,
    language_tag,
    plain,
    region_codes,
    territory,
    texts,
)
from ummid.feeds.xml import Element, text

_DISPLAY_TITLES = (
    ("TitleDisplayUnlimited", None),
    ("TitleDisplay60", 60),
    ("TitleDisplay19", 19),
)
_SUMMARIES: tuple[tuple[str, SynopsisLength, int], ...] = (
    ("Summary190", "short", 190),
    ("Summary400", "medium", 400),
    ("Summary4000", "long", 4000),
)

Parts = dict[str, list[Element]]


def localized_texts(
    feed: Feed, info: Element, warnings: list[Warning]
) -> tuple[tuple[Text, ...], tuple[Synopsis, ...], tuple[Genre, ...], tuple[Artwork, ...]]:
    """What one LocalizedInfo says by itself, for a delivery of one language alone."""
    infos = [info]
    return (
        tuple(dict.fromkeys(localized_titles(feed, infos, {}, (), warnings))),
        tuple(dict.fromkeys(localized_synopses(feed, infos, warnings))),
        localized_genres(infos, warnings),
        tuple(dict.fromkeys(localized_artwork(infos, warnings))),
    )


def default_first(infos: list[Element], warnings: list[Warning]) -> list[Element]:
    """The localised parts, the default one first: it is often not the first as written."""
    defaults = [i for i in infos if (i.get("default") or "").strip().lower() in ("true", "1")]
    if len(infos) > 1 and len(defaults) != 1:
        warnings.append(
            Warning(
                "default-language",
                "titles",
                f"{len(defaults)} of {len(infos)} LocalizedInfo are marked as the default",
            )
        )
    return [*defaults, *(i for i in infos if i not in defaults)]


def _regions(
    feed: Feed, parts: Parts, field: str, warnings: list[Warning]
) -> tuple[str | None, ...]:
    codes = [
        territory(raw, feed.territories, field, warnings)
        for region in parts.get("Region", ())
        for raw in region_codes(region)
    ]
    return tuple(dict.fromkeys(code for code in codes if code)) or (None,)


def localized_titles(
    feed: Feed,
    infos: Iterable[Element],
    parts: Parts,
    spoken: tuple[str, ...],
    warnings: list[Warning],
) -> Iterator[Text]:
    originals: list[str] = []
    count = 0
    for info in infos:
        own = grouped(info)
        tag = language_tag(info.get("language"), "titles", warnings)
        places = _regions(feed, own, "titles", warnings)
        for value, use, written in _stated_titles(own, tag, warnings):
            count += 1
            for code in places:
                yield Text(value, written, use, code)
        originals.extend(texts(own.get("OriginalTitle", ())))
    language = spoken[0] if len(spoken) == 1 else UNDETERMINED
    for value in originals:
        yield Text(value, language, "original")
    for value in texts(parts.get("SecurityTitle", ())):
        yield Text(value, UNDETERMINED, "internal")
    if not count and not originals:
        warnings.append(Warning("no-title", "titles", "there is no title in any language"))


def _stated_titles(
    parts: Parts, tag: str, warnings: list[Warning]
) -> Iterator[tuple[str, TextUse, str]]:
    shown: list[str] = []
    for name, limit in _DISPLAY_TITLES:
        value = first(parts.get(name, ()))
        if not value:
            continue
        _check_length(name, value, limit, "titles", warnings)
        if value not in shown:
            yield value, "short" if shown else "display", tag
            shown.append(value)
    for value in texts(parts.get("TitleSort", ())):
        yield value, "sort", tag
    for item in parts.get("TitleAlternate", ()):
        if value := text(item):
            stated = item.get("language")
            yield value, "alternate", language_tag(stated, "titles", warnings) if stated else tag


def _check_length(
    name: str, value: str, limit: int | None, field: str, warnings: list[Warning]
) -> None:
    if limit is not None and len(value) > limit:
        warnings.append(
            Warning("over-length", field, f"{name} has {len(value)} characters, more than {limit}")
        )


def localized_synopses(
    feed: Feed, infos: Iterable[Element], warnings: list[Warning]
) -> Iterator[Synopsis]:
    for info in infos:
        own = grouped(info)
        tag = language_tag(info.get("language"), "synopses", [])
        for name, length, limit in _SUMMARIES:
            for value in texts(own.get(name, ())):
                _check_length(name, value, limit, "synopses", warnings)
                for code in _regions(feed, own, "synopses", []):
                    yield Synopsis(plain(value), tag, length, code)


def localized_genres(infos: Iterable[Element], warnings: list[Warning]) -> tuple[Genre, ...]:
    """Genres once each: a term repeated for every language is one genre."""
    found: dict[tuple[str, str | None, str | None, int | None], Genre] = {}
    for info in infos:
        tag = language_tag(info.get("language"), "genres", [])
        for item in grouped(info).get("Genre", ()):
            code = (item.get("id") or "").strip() or None
            value = text(item) or code
            if not value:
                warnings.append(Warning("empty-genre", "genres", "a genre has no text and no id"))
                continue
            scheme = (item.get("source") or "").strip() or None
            level = integer((item.get("level") or "").strip(), "genres.level", warnings)
            genre = Genre(value, scheme, code, tag, level)
            found.setdefault((value, scheme, code, level), genre)
    return tuple(found.values())


def localized_artwork(infos: Iterable[Element], warnings: list[Warning]) -> Iterator[Artwork]:
    for info in infos:
        tag = language_tag(info.get("language"), "artwork", [])
        for item in grouped(info).get("ArtReference", ()):
            if reference := text(item):
                purpose = (item.get("purpose") or "").strip() or None
                width, height = resolution(item.get("resolution"), warnings)
                yield Artwork(reference, purpose, width, height, tag)


def resolution(raw: str | None, warnings: list[Warning]) -> tuple[int | None, int | None]:
    """`1920x1080` as width and height."""
    stated = (raw or "").strip()
    width, _, height = stated.lower().partition("x")
    if width.isdecimal() and height.isdecimal():
        return int(width), int(height)
    if stated:
        warnings.append(Warning("bad-resolution", "artwork", f"{stated!r} is no width x height"))
    return None, None
