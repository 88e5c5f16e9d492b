"""CableLabs ADI 1.1 packages, namespaced or not, and ADI 3 (SCTE 236, see `adi3`).

One statement per title asset. The unit that is replaced is the package, so a statement is
keyed by the package's id (with the title's where a package holds several), and its version
is `event_time` = Creation_Date in epoch ms + Version_Major x 1000 + Version_Minor: of two
packages of one day the higher version wins. `Verb="DELETE"` withdraws. A DOCTYPE is normal
and never loaded.
"""

from collections.abc import Iterator
from functools import partial

import msgspec

from ummid.catalog import times
from ummid.catalog.identifiers import external_id, own_id
from ummid.catalog.keys import slug, stable_id
from ummid.catalog.model import (
    ExternalId,
    IdScope,
    Organisation,
    Parent,
    SourceRecord,
    Statement,
    Warning,
)
from ummid.errors import FeedError
from ummid.feeds import adi3, adi_terms, adi_title
from ummid.feeds.adi_assets import Asset, Title, read_asset, titles
from ummid.feeds.connector import Feed, Format, read_each
from ummid.feeds.head import Head
from ummid.feeds.xml import Element, children, local, parse_document, place, raw

_IDS: tuple[tuple[str, str], ...] = (
    ("TMS_ID", "tms"),
    ("TMSID", "tms"),
    ("Gracenote_ID", "tms"),
    ("IMDB_ID", "imdb"),
    ("EIDR", "eidr"),
    ("EIDR_ID", "eidr"),
    ("ISAN", "isan"),
)
_ORGANISATIONS = (
    ("Studio", "studio"),
    ("Studio_Name", "studio"),
    ("Network", "network"),
    ("Distributor_Name", "distributor"),
)


def sniff(head: Head) -> bool:
    """Root `ADI` or `ADI3`, in whatever namespace."""
    return head.xml_root is not None and head.xml_root.name in ("ADI", "ADI3")


def parse(feed: Feed) -> Iterator[Statement]:
    """One statement per title asset of the package."""
    root = parse_document(feed.stream)
    if local(root) == "ADI3":
        yield from adi3.read_document(feed, root)
        return
    package = read_asset(root)
    _introduce(feed, package)
    units = titles(root)
    if units:
        items = [(_place(unit), unit) for unit in units]
        yield from read_each(feed, items, _read, lambda u: raw(u.title.element), _stated_key)
    elif package.deleted:
        whole = [(place(root, "/ADI"), root)]
        yield from read_each(feed, whole, partial(_withdrawal, package), raw)
    else:
        error = FeedError("no-title", "the package holds no asset of Asset_Class title")
        yield feed.reject(place(root, "/ADI"), error, raw(root), key=package.paid([]) or None)


def _introduce(feed: Feed, package: Asset) -> None:
    header = feed.header
    if not package.placeholder():
        provider = package.ams.get("Provider", "") or package.ams.get("Provider_ID", "")
        header.partner = slug(provider) or None
        header.feed_id = package.ams.get("Provider_ID", "").strip() or None
        stated = package.ams.get("Update_Time") or package.ams.get("Creation_Date")
        try:
            header.time = (
                times.bound(stated, assumed_zone=feed.profile.assumed_zone).instant
                if stated
                else None
            )
        except FeedError as error:
            header.warnings.append(f"{error.code}: {error}")
    header.format_version = package.one("Metadata_Spec_Version") or "CableLabsVOD1.1"


def _place(unit: Title) -> str:
    steps = [unit.title.element, *unit.title.element.iterancestors()]
    return place(unit.title.element, "".join(_step(step) for step in reversed(steps)))


def _step(element: Element) -> str:
    parent = element.getparent()
    twins = [e for n, e in children(parent) if n == local(element)] if parent is not None else []
    return f"/{local(element)}" + (f"[{twins.index(element) + 1}]" if len(twins) > 1 else "")


def _key(unit: Title) -> str:
    package, title = unit.package.paid([]), unit.title.paid([])
    if package:
        return package if unit.alone else f"{package}#{title}"
    return title or stable_id("adi", unit.title.one("Title"), unit.title.one("Year"))


def _stated_key(unit: Title) -> str | None:
    key = _key(unit)
    return None if "%" in key else key


def _read(feed: Feed, where: str, unit: Title) -> SourceRecord:
    unit.refuse_placeholders()
    title, doubts = unit.title, list[Warning]()
    deleted = unit.package.deleted or title.deleted
    ids, own = _ids(unit, doubts)
    tms = next((i.value for i in ids if i.scheme == "tms"), "")
    technical = adi_title.media(unit, doubts)
    grants = (
        []
        if deleted
        else adi_terms.grants(
            feed,
            unit,
            adi_title.qualities(unit),
            adi_title.language_terms(technical),
            doubts,
        )
    )
    titles_ = adi_title.names(unit, doubts)
    year = title.one("Year")
    if year and times.year_of(year) is None:
        doubts.append(Warning("bad-year", "Year", f"{year!r} is no year of a title"))
    spoken = [t.language for t in technical.tracks if t.kind == "audio"] if technical else []
    own_language = adi_title.tag_of(title.one("Language"), "Language", [])
    record = SourceRecord(
        format=feed.format,
        partner=feed.partner,
        kind=adi_title.kind_of(title, tms, doubts),
        key=_key(unit),
        source=feed.source(where),
        format_version=feed.header.format_version,
        action="delete" if deleted else "upsert",
        event_time=_event_time(feed, unit.package if unit.package.ams else title, doubts),
        own_id=own,
        ids=tuple(ids),
        titles=tuple(titles_),
        synopses=tuple(adi_title.synopses(unit, doubts)),
        year=times.year_of(year),
        parents=tuple(_parents(title)),
        season_number=adi_title.number(title, "Season_Number", doubts),
        episode_number=adi_title.number(title, "Episode_Number", doubts),
        number_text=title.one("Episode_ID") or None,
        languages=tuple(dict.fromkeys(t for t in (own_language, *spoken) if t)),
        countries=tuple(_countries(feed, title, doubts)),
        genres=tuple(adi_title.genres(title)),
        keywords=adi_title.keywords(unit),
        credits=tuple(adi_title.people(title)),
        ratings=tuple(adi_title.ratings(unit, _regions(feed, unit, doubts))),
        artwork=tuple(adi_title.artwork(unit)),
        technical=technical,
        organisations=tuple(_organisations(unit)),
        grants=tuple(grants),
        extra=_extra(unit),
    )
    return msgspec.structs.replace(record, warnings=tuple(dict.fromkeys(doubts)))


def _withdrawal(package: Asset, feed: Feed, where: str, _: Element) -> SourceRecord:
    doubts: list[Warning] = []
    paid = package.paid(doubts)
    return SourceRecord(
        format=feed.format,
        partner=feed.partner,
        kind="unknown",
        key=paid,
        source=feed.source(where),
        format_version=feed.header.format_version,
        action="delete",
        event_time=_event_time(feed, package, doubts),
        ids=(ExternalId("paid", paid, "package"),),
        warnings=tuple(doubts),
    )


def _event_time(feed: Feed, asset: Asset, doubts: list[Warning]) -> int | None:
    created = asset.ams.get("Creation_Date", "").strip()
    version = 0
    for name, weight in (("Version_Major", 1000), ("Version_Minor", 1)):
        part = asset.ams.get(name, "0").strip()
        if part.isascii() and part.isdigit():
            version += int(part) * weight
        else:
            doubts.append(Warning("bad-version", name, f"{part!r} is no version number"))
    try:
        instant = times.bound(created, assumed_zone=feed.profile.assumed_zone).instant
    except FeedError as error:
        doubts.append(Warning(error.code, "Creation_Date", str(error)))
        return None
    return None if instant is None else instant + version


def _ids(unit: Title, doubts: list[Warning]) -> tuple[list[ExternalId], str | None]:
    found: list[ExternalId] = []
    pieces: list[tuple[Asset, IdScope]] = [(unit.package, "package")]
    pieces += [(movie, "manifestation") for movie in unit.of("movie")]
    for asset, scope in pieces:
        paid = asset.paid(doubts)
        if paid:
            found.append(ExternalId("paid", paid, scope))
    for name, scheme in _IDS:
        for value in unit.title.all(name):
            known = external_id(
                scheme, value, "series" if value.upper().startswith("SH") else "title"
            )
            if known:
                found.append(known)
                if not known.valid:
                    doubts.append(Warning("invalid-id", name, f"{value!r} is no valid {scheme} id"))
    seen: dict[str, str] = {}
    for asset in (unit.title, *unit.parts):
        paid = asset.paid([])
        if paid in seen:
            doubts.append(
                Warning("duplicate-id", "Asset_ID", f"{paid} is a {seen[paid]} and a {asset.kind}")
            )
        elif paid:
            seen[paid] = asset.kind
    return found, unit.title.paid(doubts) or None


def _parents(title: Asset) -> Iterator[Parent]:
    series, series_id = title.one("Series_Name", "Series_Title"), title.one("Series_ID")
    if series or series_id:
        ids = (own_id(series_id, "series"),) if series_id else ()
        yield Parent("series", ids, series or None)
    season, season_id = title.one("Season_Name"), title.one("Season_ID")
    if season or season_id:
        ids = (own_id(season_id, "season"),) if season_id else ()
        yield Parent("season", ids, season or None)


def _countries(feed: Feed, title: Asset, doubts: list[Warning]) -> Iterator[str]:
    for value in title.all("Country_of_Origin"):
        code = feed.territories.read(value)
        if code:
            yield code
        else:
            doubts.append(
                Warning("unknown-territory", "Country_of_Origin", f"{value!r} is no territory")
            )


def _regions(feed: Feed, unit: Title, doubts: list[Warning]) -> dict[int, str | None]:
    found: dict[int, str | None] = {}
    for asset in unit.of("regional"):
        spelling = asset.one("Country")
        code = found[id(asset)] = feed.territories.read(spelling)
        if code is None:
            doubts.append(Warning("unknown-territory", "regional", f"{spelling!r} is no territory"))
    return found


def _organisations(unit: Title) -> Iterator[Organisation]:
    provider = unit.package.ams.get("Provider", "").strip()
    if provider:
        known = unit.package.ams.get("Provider_ID", "").strip() or None
        yield Organisation(provider, "provider", known)
    for name, role in _ORGANISATIONS:
        for value in unit.title.all(name):
            yield Organisation(value, role)


def _extra(unit: Title) -> dict[str, str]:
    """Every App_Data that has no field of its own, by its name and that of its asset class."""
    for asset in (unit.title, *unit.parts):
        asset.used |= {"type"}
    unit.title.used |= {"display_run_time"}
    extra = {
        name: value
        for name in ("Asset_Name", "Description", "Update_Time", "Creation_Date")
        if (value := unit.package.ams.get(name, "").strip())
    }
    extra["Version"] = ".".join(
        unit.package.ams.get(name, "0").strip() for name in ("Version_Major", "Version_Minor")
    )
    extra |= unit.package.rest() | unit.title.rest()
    for number, movie in enumerate(unit.of("movie"), 1):
        prefix = "movie" if number == 1 else f"movie{number}"
        extra |= {f"{prefix}.{name}": value for name, value in movie.rest().items()}
    for preview in unit.of("preview", "trailer"):
        location = preview.content.strip()
        if location:
            extra["preview"] = location
        extra |= {f"preview.{name}": value for name, value in preview.rest().items()}
    return extra


FORMATS = (Format("adi", "CableLabs ADI 1.1 and ADI 3 (SCTE 236)", "delta", sniff, parse),)
