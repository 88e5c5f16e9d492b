"""A title in words: scores, conflicts, choices and places, and no partner text unquoted."""

import msgspec

from tests.catalog.statements import golden, said
from ummid.catalog.model import Credit, Source, Text
from ummid.catalog.title import Title
from ummid.models.enricher import Enrichment, Generated
from ummid.stores.lmdb_table import LmdbTable
from ummid.views.explained import explained
from ummid.views.state import RecordState, Version, encode_record, state_put


def test_a_title_is_told_with_its_scores_conflicts_choices_and_places(table: LmdbTable) -> None:
    one = said("a", 2, titles=(Text("Heat", "en"),), year=1995, credits=(Credit("Ann Lee"),))
    other = said("b", 1, "zed", titles=(Text("Hitze", "en"),), year=1999, credits=(Credit("Bo"),))
    same = said("c", 0, "zed", year=1999)
    state = RecordState(
        content_version=Version(1, 1, "d"),
        content_hash="h",
        content=msgspec.Raw(encode_record(one.record)),
        source=Source("feed.xml", "line 7"),
    )
    table.write([state_put("a", state)])
    assert list(explained(table, golden(one, other, same))) == [
        '"Heat" (film, 1995)  t',
        "completeness 35 of 100",
        "  no synopsis (-15)",
        "  no duration (-10)",
        "  no genre (-10)",
        "  no artwork (-10)",
        "  no original language (-5)",
        "  no country (-5)",
        "  no rating (-5)",
        "  no id that others know it by (-5)",
        "quality 90 of 100",
        "  sources contradict each other on year: 4 years apart (-10)",
        "conflict on year: 4 years apart",
        "  1995  acme",
        "  1999  zed (2 times)",
        "fields, where sources had a choice",
        "  credits: 2 in all, acme, zed",
        "  kind: agreement, acme",
        "  titles.display.en: recency, acme",
        '    not {"value":"Hitze","language":"en"}  zed',
        "  year: recency, acme",
        "    not 1999  zed",
        "    not 1999  zed",
        "sources, the most authoritative on facts first",
        "  a  acme mrss  feed.xml: line 7",
        "  b  zed mrss  not filed",
        "  c  zed mrss  not filed",
    ]


def test_partner_text_cannot_write_on_the_terminal(table: LmdbTable) -> None:
    evil = "\x1b[2J\u202eHeat\x9b"
    title = golden(
        said("a", 2, evil, titles=(Text(evil, "en"),)),
        said("b", 1, titles=(Text(f"{evil} {'x' * 99}", "en"),)),
    )
    lines = list(explained(table, title))
    assert all(line.isprintable() for line in lines)
    assert max(map(len, lines)) < 110


def test_a_title_without_scores_or_year_is_told_all_the_same(table: LmdbTable) -> None:
    lines = list(explained(table, Title(id="t", kind="film")))
    assert lines[0] == "null (film)  t"
    assert not [line for line in lines if "of 100" in line or "choice" in line]


def test_what_is_generated_is_told_last_and_as_such(table: LmdbTable) -> None:
    made = Enrichment(
        language="en",
        synopsis="One\x1b[2J.",
        moods=("tense",),
        generated=Generated("generative", "m", "p", 0),
    )
    assert list(explained(table, golden(said("a", 2)), {}, made))[-3:] == [
        "generated, no partner's word: written by a language model; m, p, 1970-01-01T00:00:00Z",
        '  synopsis: "One\\u001b[2J."',
        '  moods: ["tense"]',
    ]
