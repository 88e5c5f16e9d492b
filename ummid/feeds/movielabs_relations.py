"""`Parent` and `SequenceInfo` of Common Metadata: what a title belongs to, and where in it."""

from typing import Literal, NamedTuple

from ummid.catalog.model import ExternalId, IdScope, Kind, Parent, Warning
from ummid.feeds.movielabs import content_id, first, grouped, integer, texts, work_kind
from ummid.feeds.xml import Element, child, child_text

Relation = Literal["series", "season", "title", "bundle"]

_BY_KIND: dict[Kind, Relation] = {"episode": "season", "season": "series"}
_SCOPES: dict[Relation, IdScope] = {"series": "series", "season": "season"}
_RELATIONS: dict[str, Relation] = {"isseasonof": "series", "isepisodeof": "season"}


class Parents(NamedTuple):
    parents: tuple[Parent, ...]
    extra: dict[str, str]


class Numbers(NamedTuple):
    season: int | None
    episode: int | None
    absolute: int | None
    text: str | None
    extra: dict[str, str]


def relation_of(stated: str, kind: Kind, identifier: str = "") -> Relation:
    """What the parent is to a title of `kind`.

    MovieLabs names the relationship and not the parent's kind: an episode's parent is its
    season unless the id itself says `:series`.
    """
    word = stated.strip().lower()
    if word in ("isepisodeof", "") and kind == "episode" and identifier.endswith(":series"):
        return "series"
    if word in _RELATIONS:
        return _RELATIONS[word]
    if word in ("", "ispartof", "ispieceof"):
        return _BY_KIND.get(kind, "bundle" if word else "title")
    if word in ("isdescendantof", "isdescendentof"):
        return "series" if kind == "episode" else "title"
    return "title"


def parents(elements: list[Element], kind: Kind, warnings: list[Warning]) -> Parents:
    """The parents by id, or by id and title where the parent is embedded."""
    found: list[Parent] = []
    stated: list[str] = []
    for element in elements:
        relationship = (element.get("relationshipType") or "").strip()
        parent = _parent(element, relationship, kind, warnings)
        if parent is None:
            warnings.append(Warning("empty-parent", "parents", "a Parent names no title"))
            continue
        found.append(parent)
        if relationship:
            stated.append(relationship)
    extra = {"relationship": "; ".join(dict.fromkeys(stated))} if stated else {}
    return Parents(tuple(dict.fromkeys(found)), extra)


def _parent(
    element: Element, relationship: str, kind: Kind, warnings: list[Warning]
) -> Parent | None:
    embedded = child(element, "Parent")
    if embedded is None:
        raw = child_text(element, "ParentContentID")
        relation = relation_of(relationship, kind, raw)
        ids = _ids(raw, relation, warnings)
        return Parent(relation, ids) if ids else None
    raw = (embedded.get("ContentID") or "").strip()
    by_kind: dict[Kind, Relation] = {"series": "series", "season": "season", "bundle": "bundle"}
    own_kind = work_kind(child_text(embedded, "WorkType"))
    relation = by_kind.get(own_kind) or relation_of(relationship, kind, raw)
    info = child(embedded, "LocalizedInfo")
    names = grouped(info) if info is not None else {}
    title = first(names.get("TitleDisplayUnlimited", ())) or first(names.get("TitleDisplay60", ()))
    ids = _ids(raw, relation, warnings)
    return Parent(relation, ids, title or None) if ids or title else None


def _ids(raw: str, relation: Relation, warnings: list[Warning]) -> tuple[ExternalId, ...]:
    return content_id(raw, "parents", warnings, _SCOPES.get(relation, "title"))


def numbers(kind: Kind, parts: dict[str, list[Element]], warnings: list[Warning]) -> Numbers:
    """The numbers of `SequenceInfo`, else of the first parent that places this title in it.

    `Number` counts within the parent, `HouseSequence` over the whole run (or is a production
    code: then it is a fact and no number).
    """
    infos = parts.get("SequenceInfo") or [
        info for item in parts.get("Parent", ()) for info in grouped(item).get("SequenceInfo", ())
    ]
    return sequence(kind, infos[0], warnings) if infos else Numbers(None, None, None, None, {})


def sequence(kind: Kind, info: Element, warnings: list[Warning]) -> Numbers:
    """The numbers of one `SequenceInfo` for a title of `kind`."""
    own = grouped(info)
    raw = first(own.get("Number", ()))
    number = integer(raw, "number", warnings)
    house = first(own.get("HouseSequence", ()))
    text = first(own.get("DistributionNumber", ())) or None
    if text is None and (number is None or kind not in ("season", "episode")):
        text = raw or None
    extra = {
        "house-sequence": house,
        "alternate-numbers": "; ".join(texts(own.get("AlternateNumber", ()))),
    }
    return Numbers(
        number if kind == "season" else None,
        number if kind == "episode" else None,
        int(house) if kind == "episode" and house.isdecimal() else None,
        text,
        {name: value for name, value in extra.items() if value},
    )


def experience_parents(
    links: list[tuple[str, str]], kind: Kind, warnings: list[Warning]
) -> Parents:
    """The parents that other experiences of a manifest name: (relationship, ContentID) each."""
    found: list[Parent] = []
    stated: list[str] = []
    for relationship, content in links:
        relation = relation_of(relationship, kind, content)
        if ids := _ids(content, relation, warnings):
            found.append(Parent(relation, ids))
        if relationship:
            stated.append(relationship)
    extra = {"relationship": "; ".join(dict.fromkeys(stated))} if stated else {}
    return Parents(tuple(dict.fromkeys(found)), extra)
