"""Small parts of an Avail that its XML and its sheet share: texts, names, identifiers."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import TypeVar

from ummid.catalog.identifiers import external_id, own_id
from ummid.catalog.model import ExternalId, IdScope, Warning
from ummid.feeds.movielabs import content_id
from ummid.feeds.xml import Element

Item = TypeVar("Item")

SCOPES: dict[str, IdScope] = {
    "series": "series",
    "season": "season",
    "title": "title",
    "edit": "edit",
    "manifestation": "manifestation",
}
_TAGS_KEPT = 4096
_DOI = re.compile(r"^\d\d\.\d{4}[/:]")
_MDDF = "org:mddf"
"""The namespace in which MovieLabs' own translator puts the columns of a sheet."""


class ByTag(dict[object, Item]):
    """What is made of the local name of an lxml tag, remembered by the tag.

    The local name is "" for comments and processing instructions.
    """

    def __init__(self, make: Callable[[str], Item]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, tag: object) -> Item:
        found = self._make(tag.rpartition("}")[2] if isinstance(tag, str) else "")
        if len(self) < _TAGS_KEPT:
            self[tag] = found
        return found


local_name: ByTag[str] = ByTag(str)


def plain(element: Element) -> str:
    """The text of a leaf without the blanks around it: for codes, dates and numbers.

    An Avail is read without its comments, so that a leaf's text is in one piece.
    """
    raw = element.text
    return raw.strip() if raw else ""


def parts(element: Element) -> dict[str, str]:
    """Text by local name of all leaves of a small structure such as `AltIdentifier`."""
    found: dict[str, str] = {}
    for item in element.iter():
        value = item.text
        if value and (value := value.strip()):
            found[local_name[item.tag]] = value
    return found


def distinct(items: Sequence[Item]) -> tuple[Item, ...]:
    """The items in order, once each. Few are compared, many are hashed: hashing a Struct costs."""
    if len(items) < 2:
        return tuple(items)
    if len(items) > 8:
        return tuple(dict.fromkeys(items))
    found: list[Item] = []
    for item in items:
        if item not in found:
            found.append(item)
    return tuple(found)


@lru_cache(maxsize=256)
def snake(name: str) -> str:
    """`NumberOfEpisodes` as `number_of_episodes`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+", "_", name).lower()


def partner_id(raw: str, field: str, scope: IdScope, warnings: list[Warning]) -> list[ExternalId]:
    """A ContentID or ALID: an EIDR or `md:` name, else an opaque id of the partner's own.

    An opaque id is no world-wide name: two partners may both write `02485`.
    """
    if not raw:
        return []
    if _DOI.match(raw):
        return eidr(raw, scope, warnings)
    if raw[:3].lower() == "md:" or "eidr" in raw[:12].lower():
        return list(content_id(raw, field, warnings, scope))
    return [own_id(raw, scope)]


def without_own(ids: list[ExternalId], own: str) -> list[ExternalId]:
    """The ids beside the title's own, which has a field of its own."""
    return [each for each in ids if each.scheme != "partner" or each.value != own]


def eidr(raw: str, scope: IdScope, warnings: list[Warning]) -> list[ExternalId]:
    found = external_id("eidr", raw, scope)
    if found is None:
        return []
    if not found.valid:
        message = f"{raw!r} is no valid EIDR; kept, never matched"
        warnings.append(Warning("invalid-id", "ids", message))
    return [found]


def alternate_id(
    namespace: str, identifier: str, scope: IdScope, warnings: list[Warning]
) -> list[ExternalId]:
    """An `AltIdentifier`; `org:mddf` `AltID:001143` is the column AltID of a sheet."""
    if namespace.lower() == _MDDF:
        column, _, value = identifier.partition(":")
        if value:
            scheme = "retailer" if column.startswith("Retailer") else "partner"
            return [ExternalId(scheme, value, scope, raw=identifier)]
    found = external_id(namespace, identifier, scope)
    if found is None:
        return []
    if not found.valid:
        message = f"{identifier!r} is no valid {found.scheme} id; kept, never matched"
        warnings.append(Warning("invalid-id", "ids", message))
    return [found]
