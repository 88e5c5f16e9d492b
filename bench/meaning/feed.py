"""The catalogue of the search sets as a partner might send it: one JSON object a line."""

import json
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pyarrow.parquet as pq

from bench.search.sets import FOLDER
from ummid.feeds.connector import Profile
from ummid.partners import Partners

_LISTS = ("genres", "keywords", "cast", "directors", "countries")
PARTNER = "catalogue"


def write(folder: Path, limit: int | None) -> tuple[Path, int]:
    """The feed, and how many titles it has."""
    path, count = folder / "catalogue.ndjson", 0
    with path.open("w", encoding="utf-8") as out:
        for row in islice(_rows(), limit):
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
            count += 1
    return path, count


def partners() -> Partners:
    mapping = {name: f"{name}|sep=|" for name in _LISTS}
    named = {"id": "doc_id", "title": "title", "type": "type", "year": "year"}
    texts = {"synopsis": "description", "tagline": "tagline", "runtime": "runtime|unit=min"}
    return Partners({PARTNER: Profile(partner=PARTNER, mapping={**named, **texts, **mapping})})


def _rows() -> Iterator[dict[str, object]]:
    for row in pq.read_table(FOLDER / "docs.parquet").to_pylist():
        del row["partners"]
        yield {name: value for name, value in row.items() if value not in (None, "")}
