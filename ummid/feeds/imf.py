"""SMPTE IMF packages: composition playlists, packing lists, asset maps, output profiles.

Namespaces: CPL 2067-3/{2013,2016}; PKL 429-8/2007/PKL and 2067-2/{2016,20XX}/PKL; ASSETMAP
and VOLINDEX 429-9/2007/AM; OPL 2067-100/2014. A DCP's CPL (429-7) is another format with the
same root name and is not recognised. One statement per composition, per output profile list
and per Asset of a list; a volume index states nothing. Nothing here grants a right, and the
paths are untrusted: they are kept as text and never followed.
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import unquote

from ummid.catalog.keys import slug, stable_id
from ummid.catalog.model import (
    Organisation,
    Parent,
    SourceRecord,
    Statement,
    Technical,
    Warning,
)
from ummid.errors import FeedError
from ummid.feeds.connector import Feed, Format, read_each
from ummid.feeds.head import Head
from ummid.feeds.imf_cpl import issue_time, read_composition
from ummid.feeds.imf_locales import uuid_id
from ummid.feeds.xml import (
    Element,
    child,
    child_text,
    children,
    local,
    parse_document,
    place,
    raw,
    stream_elements,
    text,
)

_FAMILY = re.compile(
    r"^http://www\.smpte-ra\.org/(?:schemas|ns)/"
    r"(?:(?P<cpl>2067-3/\w+)|(?P<pkl>(?:429-8|2067-2)/\w+)/PKL"
    r"|(?P<am>429-9/\w+)/AM|(?P<opl>2067-100/\w+))/?$"
)
_ROOTS = {
    "cpl": ("CompositionPlaylist",),
    "pkl": ("PackingList",),
    "am": ("AssetMap", "VolumeIndex"),
    "opl": ("OutputProfileList",),
}
_KNOWN = frozenset(
    {
        "2067-3/2013", "2067-3/2016", "429-8/2007", "2067-2/2016", "2067-2/20XX",
        "429-9/2007", "2067-100/2014",
    }
)  # fmt: skip
_REMEMBERED = 10_000
"""Hashes of a packing list kept to notice one given twice: memory stays bounded."""


@dataclass
class _List:
    """What a package document says about itself before its assets."""

    feed: Feed
    part: str
    facts: dict[str, str] = field(default_factory=dict)
    hashes: dict[str, str] = field(default_factory=dict)

    def take(self, name: str, value: str) -> None:
        """One of the elements before the asset list."""
        header = self.feed.header
        self.facts[name] = value
        if name == "Id":
            header.feed_id = value or None
        elif name == "Issuer":
            header.partner = slug(value) or None
        elif name == "IssueDate":
            header.time = issue_time(self.feed, value)
        elif name == "VolumeCount" and value != "1":
            header.warnings.append(f"volumes: VolumeCount is {value!r}, IMF packages have one")


def sniff(head: Head) -> bool:
    """Any root in one of the IMF namespaces: a wrong root is recognised, to be refused."""
    return head.xml_root is not None and _FAMILY.match(head.xml_root.namespace) is not None


def parse(feed: Feed) -> Iterator[Statement]:
    """One statement per composition, output profile list or listed asset."""
    root = feed.head.xml_root
    match = _FAMILY.match(root.namespace) if root else None
    if root is None or match is None or match.lastgroup is None:
        raise FeedError("not-imf", "the root element is in none of the IMF namespaces")
    part, version = match.lastgroup, match[match.lastgroup]
    feed.header.format_version = version
    if version not in _KNOWN:
        feed.header.warnings.append(f"unknown-version: {version} is read as the versions known")
    if root.name not in _ROOTS[part]:
        yield _wrong_root(feed, part)
    elif part in ("cpl", "opl"):
        yield from _document(feed, part)
    elif root.name != "VolumeIndex":
        package = _List(feed, part)
        yield from read_each(
            feed, _assets(package, root.name), _reader(package), raw, lambda a: _key(package, a)
        )


def _wrong_root(feed: Feed, part: str) -> Statement:
    root = parse_document(feed.stream)
    _introduce(feed, root)
    wanted = " or ".join(_ROOTS[part])
    error = FeedError(
        "wrong-root", f"the root is <{local(root)}>, this namespace has <{wanted}>; not read"
    )
    return feed.reject(place(root, f"/{local(root)}"), error, raw(root), key=child_text(root, "Id"))


def _document(feed: Feed, part: str) -> Iterator[Statement]:
    root = parse_document(feed.stream)
    _introduce(feed, root)
    where = place(root, f"/{local(root)}")
    read = read_composition if part == "cpl" else _output_profile
    yield from read_each(feed, [(where, root)], read, raw, lambda r: child_text(r, "Id") or None)


def _introduce(feed: Feed, root: Element) -> None:
    header = feed.header
    header.feed_id = child_text(root, "Id") or None
    issuer = child_text(root, "Issuer") or child_text(root, "ContentOriginator")
    header.partner = slug(issuer) or None
    header.time = issue_time(feed, child_text(root, "IssueDate"))


def _assets(package: _List, root: str) -> Iterator[tuple[str, Element]]:
    named = ("Id", "AnnotationText", "Annotation", "IssueDate", "Issuer", "Creator", "VolumeCount")
    count = 0
    tags = [f"{{*}}{name}" for name in ("Asset", *named)]
    for element in stream_elements(package.feed.stream, *tags):
        name = local(element)
        if name == "Asset":
            count += 1
            yield place(element, f"/{root}/AssetList/Asset[{count}]"), element
        else:
            parent = element.getparent()
            if parent is not None and local(parent) == root:
                package.take(name, text(element))
    if not count:
        package.feed.header.warnings.append("empty: the list names no asset")


def _reader(package: _List) -> Callable[[Feed, str, Element], SourceRecord]:
    mapped = _mapped if package.part == "am" else _packed

    def read(feed: Feed, where: str, asset: Element) -> SourceRecord:
        doubts: list[Warning] = []
        facts = {name: text(value) for name, value in children(asset)}
        extra = {"annotation": facts.get("AnnotationText") or facts.get("Annotation")}
        technical = mapped(package, asset, facts, doubts, extra)
        extra["list"] = package.facts.get("Id")
        extra["list_annotation"] = package.facts.get("AnnotationText") or package.facts.get(
            "Annotation"
        )
        extra["issue_date"] = package.facts.get("IssueDate")
        extra["creator"] = package.facts.get("Creator")
        issuer = package.facts.get("Issuer")
        return SourceRecord(
            format=feed.format,
            partner=feed.partner,
            kind="asset",
            key=_key(package, asset),
            source=feed.source(where),
            format_version=feed.header.format_version,
            own_id=facts.get("Id") or None,
            technical=technical,
            organisations=(Organisation(issuer, "issuer"),) if issuer else (),
            warnings=tuple(doubts),
            extra={name: value for name, value in extra.items() if value},
        )

    return read


def _key(package: _List, asset: Element) -> str:
    """An asset map and a packing list say different things of one asset: two statements."""
    name = "assetmap" if package.part == "am" else "pkl"
    identity = child_text(asset, "Id") or stable_id(text(asset))
    return f"{name}:{identity}"


def _mapped(
    package: _List,
    asset: Element,
    facts: dict[str, str],
    doubts: list[Warning],
    extra: dict[str, str | None],
) -> Technical:
    listed = child(asset, "ChunkList")
    chunks = [c for n, c in children(listed) if n == "Chunk"] if listed is not None else []
    if not chunks:
        raise FeedError(
            "missing-chunk",
            f"line {asset.sourceline}: asset {facts.get('Id') or 'without Id'} has no "
            "ChunkList/Chunk, so no file; ask for a corrected ASSETMAP",
        )
    paths = [safe_path(child_text(chunk, "Path")) for chunk in chunks]
    sizes = [_size(child_text(chunk, "Length"), "Length", doubts) for chunk in chunks]
    known = [size for size in sizes if size is not None]
    volumes = [child_text(chunk, "VolumeIndex") or "1" for chunk in chunks]
    count = package.facts.get("VolumeCount", "")
    for volume in dict.fromkeys(volumes):
        if not volume.isdigit() or (count.isdigit() and not 1 <= int(volume) <= int(count)):
            doubts.append(
                Warning("bad-volume", "VolumeIndex", f"volume {volume!r} of {count or 'none'}")
            )
    if facts.get("PackingList", "false").lower() in ("true", "1", ""):
        extra["packing_list"] = "true"
    extra["volume"] = " ".join(volumes)
    extra["more_paths"] = "\n".join(paths[1:])
    return Technical(size_bytes=sum(known) if known else None, location=paths[0])


def _packed(
    package: _List,
    asset: Element,
    facts: dict[str, str],
    doubts: list[Warning],
    extra: dict[str, str | None],
) -> Technical:
    name = facts.get("OriginalFileName")
    algorithm = child(asset, "HashAlgorithm")
    method = (algorithm.get("Algorithm") or "" if algorithm is not None else "") or "#sha1"
    checksum = facts.get("Hash", "")
    _check_hash(package, checksum, facts, doubts)
    extra["group"] = facts.get("GroupId")
    return Technical(
        size_bytes=_size(facts.get("Size", ""), "Size", doubts),
        checksum=f"{re.split('[#/]', method)[-1].lower()}:{checksum}" if checksum else None,
        mime_type=facts.get("Type") or None,
        location=safe_path(name) if name else None,
    )


def _check_hash(
    package: _List, checksum: str, facts: dict[str, str], doubts: list[Warning]
) -> None:
    try:
        length = len(base64.b64decode(checksum, validate=True))
    except (binascii.Error, ValueError):
        length = 0
    if length not in (20, 32, 48, 64):
        doubts.append(Warning("bad-hash", "Hash", f"{checksum!r} is no base64 digest"))
        return
    asset = facts.get("Id", "")
    other = package.hashes.get(checksum)
    if other is not None and other != asset:
        doubts.append(
            Warning("same-hash", "Hash", f"the same as that of {other}: one of the two is wrong")
        )
    elif len(package.hashes) < _REMEMBERED:
        package.hashes[checksum] = asset


def _size(raw_size: str, name: str, doubts: list[Warning]) -> int | None:
    if raw_size.isascii() and raw_size.isdigit():
        return int(raw_size)
    if raw_size:
        doubts.append(Warning("bad-size", name, f"{raw_size!r} is no number of bytes"))
    return None


def safe_path(path: str) -> str:
    """`path` when it stays inside its package.

    Raises FeedError `unsafe-path` for an absolute path, a drive letter, a URL with a
    scheme, a `..` step (percent-encoded or not) or control characters; `missing-path`.
    """
    plain = unquote(path.strip()).replace("\\", "/")
    if not plain:
        raise FeedError("missing-path", "the entry has an empty path")
    unsafe = (
        plain.startswith("/")
        or re.match(r"^[A-Za-z][A-Za-z0-9+.-]*:", plain)
        or ".." in plain.split("/")
        or any(ord(c) < 32 for c in plain)
    )
    if unsafe:
        raise FeedError(
            "unsafe-path",
            f"the path {path!r} leads out of its package; only relative paths are taken",
        )
    return path.strip()


def _output_profile(feed: Feed, where: str, root: Element) -> SourceRecord:
    identity = child_text(root, "Id")
    composition = uuid_id(child_text(root, "CompositionPlaylistId"), "manifestation")
    aliases = child(root, "AliasList")
    macros = child(root, "MacroList")
    issuer = child_text(root, "Issuer")
    extra = {
        "document": "output-profile-list",
        "annotation": child_text(root, "Annotation"),
        "issue_date": child_text(root, "IssueDate"),
        "creator": child_text(root, "Creator"),
        "composition": child_text(root, "CompositionPlaylistId"),
        "aliases": "; ".join(
            f"{text(a)}={a.get('handle')}" for _, a in children(aliases)
        ) if aliases is not None else "",
        "macros": " ".join(child_text(m, "Name") for _, m in children(macros))
        if macros is not None
        else "",
    }  # fmt: skip
    return SourceRecord(
        format=feed.format,
        partner=feed.partner,
        kind="asset",
        key=f"opl:{identity or stable_id(extra['composition'], extra['annotation'])}",
        source=feed.source(where),
        format_version=feed.header.format_version,
        event_time=feed.header.time,
        own_id=identity or None,
        parents=(Parent("title", (composition,)),) if composition else (),
        organisations=(Organisation(issuer, "issuer"),) if issuer else (),
        extra={name: value for name, value in extra.items() if value},
    )


FORMATS = (Format("imf", "SMPTE IMF package documents", "delta", sniff, parse),)
