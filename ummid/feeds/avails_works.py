"""The work an Avails row is about, and the works above it: which columns name which."""

from dataclasses import dataclass

from ummid.catalog.identifiers import own_id
from ummid.catalog.model import ExternalId, IdScope, Kind, Parent, Text, Warning
from ummid.errors import FeedError
from ummid.feeds.avails_parts import distinct, partner_id, without_own

_LEVELS: dict[Kind, str] = {"episode": "Episode", "season": "Season", "series": "Series"}
_SCOPES: dict[str, IdScope] = {"Season": "season", "Series": "series"}
_OWN = ("ContentID", "ID", "TitleID", "AltID")
_ABOVE = {
    "Episode": ("Volume", "Season", "Series"),
    "Volume": ("Season", "Series"),
    "Season": ("Series",),
    "Series": (),
    "": ("Season", "Series"),
}


@dataclass(frozen=True)
class Work:
    """Identity, names and place of the work of one row."""

    own_id: str
    ids: tuple[ExternalId, ...]
    titles: tuple[Text, ...]
    parents: tuple[Parent, ...]


def work_of(cells: dict[str, str], kind: Kind, warnings: list[Warning]) -> Work:
    """Raises FeedError `no-id` when no column identifies the work."""
    level = _level(cells, kind)
    ids = _ids(cells, level, warnings)
    found = cells.get("ALID") or _first(cells, level)
    if not found:
        raise FeedError(
            "no-id",
            "the row has no ALID, ContentID, EditID, TitleID or AltID of its own; state one",
        )
    parents = [parent for name in _ABOVE[level] if (parent := _parent(cells, name, warnings))]
    if reference := cells.get("RefALID"):
        parents.append(Parent("title", tuple(partner_id(reference, "RefALID", "title", warnings))))
    return Work(
        found,
        distinct(without_own(ids, found)),
        _titles(cells, level) or _titles(cells, ""),
        tuple(parents),
    )


def _level(cells: dict[str, str], kind: Kind) -> str:
    if cells.get("WorkType", "").casefold() == "volume":
        return "Volume"
    return _LEVELS.get(kind, "")


def _first(cells: dict[str, str], level: str) -> str:
    names = [f"{level}{name}" for name in _OWN]
    names += ["ContentID", "EditID", "TitleID", "EncodeID", "AltID"]
    return next((cells[name] for name in names if name in cells), "")


def _ids(cells: dict[str, str], level: str, warnings: list[Warning]) -> list[ExternalId]:
    scope = _SCOPES.get(level, "title")
    found: list[ExternalId] = []
    columns: list[tuple[str, IdScope]] = [("ContentID", scope), ("TitleID", "title")]
    columns += [("EditID", "edit"), ("EncodeID", "manifestation")]
    if level:
        edit = scope if level in _SCOPES else "edit"
        columns += [(f"{level}ContentID", scope), (f"{level}TitleID", "title")]
        columns += [(f"{level}ID", "title" if level == "Volume" else edit)]
    for name, of in columns:
        found += partner_id(cells.get(name, ""), name, of, warnings)
    for name in ("AltID", f"{level}AltID"):
        if name in cells:
            found.append(own_id(cells[name], scope))
    for name, value in cells.items():
        if name.startswith(f"Retailer{level}ID") or name.startswith("RetailerID"):
            found.append(ExternalId("retailer", value, scope))
    return found


def _parent(cells: dict[str, str], name: str, warnings: list[Warning]) -> Parent | None:
    scope = _SCOPES.get(name, "title")
    ids: list[ExternalId] = []
    for column in ("ContentID", "ID"):
        ids += partner_id(cells.get(name + column, ""), name + column, scope, warnings)
    if alias := cells.get(f"{name}AltID"):
        ids.append(own_id(alias, scope))
    titles = _titles(cells, name)
    if not ids and not titles:
        return None
    relation = "bundle" if name == "Volume" else name.lower()
    return Parent(relation, distinct(ids), titles[0].value if titles else None)  # type: ignore[arg-type]


def _titles(cells: dict[str, str], level: str) -> tuple[Text, ...]:
    """The display title, then the alias that licensor and store use between them.

    The sheet has no language for a title: the asset's says what is heard, not what is written.
    """
    found: list[Text] = []
    if display := cells.get(f"{level}TitleDisplayUnlimited"):
        found.append(Text(display))
    if alias := cells.get(f"{level}TitleInternalAlias"):
        found.append(Text(alias, use="internal"))
    return tuple(found)
