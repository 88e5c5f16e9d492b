"""A record's line holds all of it, under a summary."""

import io
import json
from typing import Any

import msgspec
import pytest

from bench.generate import document
from ummid.catalog.lines import record_line, rejected_line
from ummid.catalog.model import Rejected, Source, SourceRecord, Text
from ummid.feeds.parallel import Plan
from ummid.feeds.reader import Reading

RENAMED = {"title_texts": "titles", "identifiers": "ids"}
SUMMARY = ("title", "titles", "ids", "territories", "languages")


def whole(line: bytes) -> dict[str, Any]:
    """The record's own fields out of its line, those that say nothing left out."""
    view = {n: v for n, v in json.loads(line).items() if n not in SUMMARY}
    return {RENAMED.get(n, n): v for n, v in view.items() if v not in (None, [])}


@pytest.mark.parametrize("kind", ["mrss", "avails"])
def test_a_line_holds_every_field_that_says_something(kind: str) -> None:
    for record in Reading("feed.xml", io.BytesIO(document(kind, 40)), plan=Plan(1)):
        assert isinstance(record, SourceRecord)
        line = record_line(record)
        assert line.endswith(b"}\n")
        assert whole(line) == {
            n: v for n, v in json.loads(msgspec.json.encode(record)).items() if n != "languages"
        }


def test_the_summary_comes_first_and_prefers_what_is_displayed() -> None:
    record = SourceRecord(
        format="f",
        partner="p",
        kind="film",
        key="k",
        source=Source("file", "line 1"),
        own_id="7",
        titles=(Text("Sort, A", "en", "sort"), Text("A Sort", "en"), Text("Sorte", "fr")),
    )
    found = json.loads(record_line(record))
    assert list(found)[:5] == ["format", "partner", "kind", "title", "titles"]
    assert found["titles"] == {"en": "A Sort", "fr": "Sorte"}
    assert (found["ids"], found["languages"], found["grants"]) == (
        {"partner": "7"},
        ["en", "fr"],
        [],
    )
    assert "extra" not in found


def test_a_rejection_begins_with_its_place_and_reason() -> None:
    rejected = Rejected(
        format="f", partner="p", source=Source("a.xml", "line 2"), code="bad-date", reason="why"
    )
    found = json.loads(rejected_line(rejected))
    assert list(found)[:3] == ["path", "place", "reason"]
    assert found["code"] == "bad-date"
