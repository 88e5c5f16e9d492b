"""The assets of a CableLabs ADI 1.1 package: AMS attributes, App_Data pairs, content.

A package holds title assets; movies, posters, translations and the like are nested in their
title or stand beside it. App_Data names are matched without regard to case, their values are
stripped of outer blanks; what a reader does not ask for stays available as `rest`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ummid.catalog.model import Warning
from ummid.errors import FeedError
from ummid.feeds.xml import Element, child, children

_PLACEHOLDER = re.compile(r"^%[^%\s][^%]*%$")
_DAMAGE = re.compile(
    "\ufffd"
    "|[\u093e-\u094c]{2}"  # two vowel signs on one Devanagari letter
    "|(?:^|\\s)[\u0e31-\u0e3a\u0e47-\u0e4e]"  # a Thai mark that has lost its letter
    "|Ã[\u0080-\u00bf]|â€"
)


@dataclass
class Asset:
    """One asset of a package, with what has been read from it."""

    element: Element
    ams: dict[str, str]
    data: list[tuple[str, str]]
    content: str
    used: set[str] = field(default_factory=set)

    @property
    def kind(self) -> str:
        """The asset class in one spelling: `box cover`, `Box_Cover` are `box_cover`."""
        return re.sub(r"[\s-]+", "_", self.ams.get("Asset_Class", "").strip().lower())

    @property
    def deleted(self) -> bool:
        return self.ams.get("Verb", "").strip().upper() == "DELETE"

    def all(self, *names: str) -> list[str]:
        """Every value given under one of `names`, in order, blanks left out."""
        wanted = {name.lower() for name in names}
        self.used |= wanted
        return [value for name, value in self.data if value and name.lower() in wanted]

    def one(self, *names: str) -> str:
        """The first value under the first of `names` that has any; "" when none has."""
        return next((found[0] for found in (self.all(name) for name in names) if found), "")

    def rest(self) -> dict[str, str]:
        """What nobody asked for, repeated values on lines of their own."""
        found: dict[str, list[str]] = {}
        for name, value in self.data:
            if value and name.lower() not in self.used:
                found.setdefault(name, []).append(value)
        return {name: "\n".join(dict.fromkeys(values)) for name, values in found.items()}

    def paid(self, doubts: list[Warning]) -> str:
        """Provider id and asset id, `example.com/ABCD0000000000000001`; "" without the latter."""
        asset = self.ams.get("Asset_ID", "")
        provider = self.ams.get("Provider_ID", "")
        for name, value in (("Asset_ID", asset), ("Provider_ID", provider)):
            if value != value.strip():
                doubts.append(
                    Warning("stripped-id", name, f"{value!r} in <{self.kind}> has blanks round it")
                )
        asset, provider = asset.strip(), provider.strip()
        return f"{provider}/{asset}" if provider and asset else asset

    def placeholder(self) -> str | None:
        """The first `%placeholder%` that a template left behind."""
        values = [*self.ams.values(), *(value for _, value in self.data), self.content]
        return next((v for v in values if _PLACEHOLDER.match(v.strip())), None)


@dataclass
class Title:
    """A title asset with its package and the assets that belong to it."""

    package: Asset
    title: Asset
    parts: list[Asset]
    alone: bool

    def of(self, *kinds: str) -> list[Asset]:
        return [part for part in self.parts if part.kind in kinds]

    def refuse_placeholders(self) -> None:
        """Raises FeedError `placeholder` when the document is a template."""
        for asset in (self.package, self.title, *self.parts):
            found = asset.placeholder()
            if found:
                raise FeedError(
                    "placeholder",
                    f"line {asset.element.sourceline}: {found} was not filled in; "
                    "this is a template, not a delivery",
                )


def read_asset(element: Element) -> Asset:
    """The Metadata and Content of the root or of one Asset element."""
    ams: dict[str, str] = {}
    data: list[tuple[str, str]] = []
    metadata = child(element, "Metadata")
    for name, value in children(metadata) if metadata is not None else ():
        if name == "AMS":
            ams = {str(k): str(v) for k, v in value.attrib.items()}
        elif name == "App_Data":
            data.append((value.get("Name") or "", _value(value)))
    content = child(element, "Content")
    return Asset(element, ams, data, (content.get("Value") or "") if content is not None else "")


def titles(root: Element) -> list[Title]:
    """The titles of a package; an asset beside the titles belongs to the one before it."""
    package = read_asset(root)
    found: list[tuple[Asset, list[Asset]]] = []
    early: list[Asset] = []
    for asset in _walk(root):
        if asset.kind == "title":
            found.append((asset, []))
        elif found:
            found[-1][1].append(asset)
        else:
            early.append(asset)
    if found:
        found[0][1][:0] = early
    return [Title(package, title, parts, len(found) == 1) for title, parts in found]


def check_text(value: str, name: str, doubts: list[Warning]) -> str:
    """The text as it is; a warning when it shows signs of a broken conversion."""
    if _DAMAGE.search(value):
        doubts.append(Warning("damaged-text", name, f"looks damaged in conversion: {value[:80]!r}"))
    return value


def _walk(element: Element) -> Iterator[Asset]:
    for name, value in children(element):
        if name == "Asset":
            yield read_asset(value)
            yield from _walk(value)


def _value(data: Element) -> str:
    """`Value`, or `In-Out` for the timecode pairs some providers write instead."""
    value = data.get("Value")
    if value is None:
        value = "-".join(v for v in (data.get("In"), data.get("Out")) if v)
    return value.strip()
