"""Rows of MEC and MMC tables for Prime Video in the shape of the JSON documents.

Both are then read alike. Lists in cells are joined by `;` and belong together by position.
"""

from itertools import zip_longest
from typing import Any

from ummid.catalog.model import Warning

Json = Any
_NAME_COLUMN = "Cast:DisplayName:"
_TRACKS = (("video", "Video"), ("audio", "Audio"), ("subtitle", "Subtitle"))
_TRACK_COLUMNS = {
    "type": "Type",
    "language": "Language",
    "location": "Location",
    "trackId": "TrackID",
    "hash": "Hash",
    "frameRate": "FrameRate",
}


def title_payload(row: dict[str, str], warnings: list[Warning]) -> Json:
    """A row in the shape of the JSON document."""
    art = _parallel(
        row, warnings, "ArtReference", "ArtReference:resolution", "ArtReference:purpose"
    )
    releases = _parallel(
        row, warnings, "ReleaseHistory:Type", "ReleaseHistory:Country", "ReleaseHistory:Date"
    )
    ratings = _parallel(row, warnings, "Rating:Country", "Rating:System", "Rating:Value")
    cast = _parallel(
        row, warnings, "Cast:DisplayName", "Cast:JobFunction", "Cast:BillingBlockOrder"
    )
    named = {
        column.removeprefix(_NAME_COLUMN): list_of(cell)
        for column, cell in row.items()
        if column.startswith(_NAME_COLUMN) and column != f"{_NAME_COLUMN}language"
    }
    parent = row.get("ParentContentID", "")
    return {
        "contentId": row.get("ContentID"),
        "localizedInfo": _localized(row, art, warnings),
        "genre": _genres(row.get("Genre", "")),
        "releaseYear": row.get("ReleaseYear"),
        "releaseDate": row.get("ReleaseDate"),
        "releaseHistory": [{"type": t, "country": c, "date": d} for t, c, d in releases],
        "workType": row.get("WorkType"),
        "identifier": [
            {"namespace": n, "value": v}
            for n, v in _parallel(row, warnings, "Identifier:Namespace", "Identifier")
        ],
        "rated": row.get("Rating"),
        "rating": [{"country": c, "system": s, "value": v} for c, s, v in ratings],
        "cast": [
            {
                "jobFunction": job,
                "billingBlockOrder": order,
                "displayName": {
                    _nth(row.get("Cast:DisplayName:language", ""), index): name,
                    **{tag: names[index] for tag, names in named.items() if index < len(names)},
                },
            }
            for index, (name, job, order) in enumerate(cast)
        ],
        "originalLanguage": row.get("OriginalLanguage"),
        "organization": {"id": row.get("OrganizationID"), "role": row.get("OrganizationRole")},
        "companyDisplayCredit": {"value": row.get("CompanyDisplayCredit")},
        "category": {
            "type": row.get("Category"),
            "sequenceNumber": row.get("SequenceNumber"),
            "parentContentId": parent if parent.lower().startswith("md:") else None,
            "parentTitleDisplay": None if parent.lower().startswith("md:") else parent,
        },
    }


def _localized(
    row: dict[str, str], art: list[tuple[str, ...]], warnings: list[Warning]
) -> list[dict[str, Any]]:
    """One entry per language; texts may hold a `;`, so only equal counts are lists."""
    tags = list_of(row.get("LocalizedInfo:language", "")) or [""]
    columns = ("TitleDisplay", "TitleSort", "Summary190", "Summary400")
    cells = {name: [row.get(name, "")] for name in columns}
    if len(tags) > 1:
        for name in columns:
            parts = [part.strip() for part in row.get(name, "").split(";")]
            if len(parts) == len(tags):
                cells[name] = parts
            elif row.get(name):
                message = f"{name} has {len(parts)} parts for {len(tags)} languages"
                warnings.append(Warning("unequal-lists", "titles", message))
    pictures = [{"reference": r, "resolution": s, "purpose": p} for r, s, p in art]
    return [
        {
            "language": tag,
            "titleDisplay": _at(cells["TitleDisplay"], index),
            "titleSort": _at(cells["TitleSort"], index),
            "summary190": _at(cells["Summary190"], index),
            "summary400": _at(cells["Summary400"], index),
            "artReference": pictures if index == 0 else [],
        }
        for index, tag in enumerate(tags)
    ]


def _at(values: list[str], index: int) -> str:
    return values[index] if index < len(values) else ""


def _nth(cell: str, index: int) -> str:
    values = list_of(cell)
    return (_at(values, index) or values[0]) if values else ""


def list_of(cell: str) -> list[str]:
    return [part.strip() for part in cell.split(";")] if cell.strip() else []


def _parallel(row: dict[str, str], warnings: list[Warning], *columns: str) -> list[tuple[str, ...]]:
    """Lists that belong together by position; the first column's gaps end no list."""
    lists = [list_of(row.get(column, "")) for column in columns]
    lengths = {len(found) for found in lists if found}
    if len(lengths) > 1:
        counted = ", ".join(f"{c} {len(v)}" for c, v in zip(columns, lists, strict=True))
        message = f"lists of unequal length: {counted}; joined by position"
        warnings.append(Warning("unequal-lists", columns[0], message))
    return list(zip_longest(*lists, fillvalue=""))


def _genres(cell: str) -> list[dict[str, Any]]:
    """`;` separates genres, `||` a genre from its sub-genres."""
    found = []
    for entry in list_of(cell):
        primary, *more = [part.strip() for part in entry.split("||")]
        found.append({"primary": primary, "subGenre": more})
    return found


def media_payload(row: dict[str, str]) -> Json:
    """A row in the shape of the JSON document, with the title that only tables have."""
    payload: dict[str, Any] = {"titleDisplay": row.get("TitleDisplay")}
    for key, column in _TRACKS:
        lists = [list_of(row.get(f"{column}{name}", "")) for name in _TRACK_COLUMNS.values()]
        payload[key] = [
            dict(zip(_TRACK_COLUMNS, values, strict=True))
            for values in zip_longest(*lists, fillvalue="")
        ]
    picture = {
        "widthPixels": row.get("WidthPixels"),
        "heightPixels": row.get("HeightPixels"),
        "aspectRatio": row.get("AspectRatio"),
    }
    for video in payload["video"][:1]:
        video["picture"] = picture
    payload["presentation"] = [{"id": name} for name in list_of(row.get("PresentationID", ""))]
    payload["experience"] = [
        {
            "id": row.get("ExperienceID"),
            "type": row.get("ExperienceType"),
            "subType": row.get("ExperienceSubType"),
        }
    ]
    payload["alidExperience"] = [{"alid": alid} for alid in list_of(row.get("ALID", ""))]
    return payload
