"""What a grant ties together, as an edge."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rights.offers import at, offer
from ummid.catalog.grants import Bound, LanguageTerm, TerritorySet
from ummid.catalog.merge import Offer
from ummid.catalog.model import ExternalId, Source, SourceRecord
from ummid.rights.shown import shown
from ummid.stores.hypergraph import MAX_MEMBERS, MAX_TEXT, Edge, Told, checked
from ummid.views.edges import decode_edge, encode_edge
from ummid.views.grants import edge_id, edge_of, edges_of, edits_of

RECORD = "0123456789abcdef0123"


def drawn(**grant: Any) -> Edge:
    return edge_of("t1", offer(**grant), ["eidr:1"])


def test_a_grant_ties_together_all_it_names() -> None:
    found = drawn(
        territories=TerritorySet(("FR", "BE"), ("BE-VLG",)),
        licensor="North",
        licensee="Flix SA",
        contract="C-1",
        exclusive=True,
        exclusive_to="flix",
        qualities=("HD", "UHD"),
        languages=(
            LanguageTerm("fr"),
            LanguageTerm("de", "asset", "subtitle"),
            LanguageTerm("en", "holdback", "audio"),
        ),
    )
    assert {role: found.values(role) for role, _ in found.members} == {
        "title": ("t1",),
        "edit": ("eidr:1",),
        "partner": ("acme",),
        "platform": ("flix",),
        "licensor": ("North",),
        "licensee": ("Flix SA",),
        "contract": ("C-1",),
        "licence": ("SVOD",),
        "territory": ("BE", "FR"),
        "excluded": ("BE-VLG",),
        "language": ("de/subtitle", "fr"),
        "holdback": ("en/audio",),
        "quality": ("HD", "UHD"),
        "exclusive": ("yes",),
        "exclusive_to": ("flix",),
    }
    assert (found.start, found.end) == (at("2025-01-01"), at("2026-01-01"))


@pytest.mark.parametrize(
    ("territories", "said"),
    [
        (None, ("UNSTATED",)),
        (TerritorySet((), ("US",)), ("WORLD",)),
        (TerritorySet(("CS",)), ("ME", "RS")),
    ],
    ids=["unstated", "exclusions alone", "withdrawn code"],
)
def test_territories_are_those_of_the_availability_view(
    territories: TerritorySet | None, said: tuple[str, ...]
) -> None:
    assert drawn(territories=territories).values("territory") == said


@pytest.mark.parametrize(
    ("grant", "window", "condition"),
    [
        ({"start": None, "end": None}, (None, None), 0),
        ({"end": Bound("open", "Open")}, (at("2025-01-01"), None), 0),
        ({"end": None, "window_duration": "P30D"}, (at("2025-01-01"), at("2025-01-31")), 0),
        ({"start": Bound("condition", "TBD", condition="TBD")}, (None, at("2026-01-01")), 1),
        (
            {
                "start": Bound("condition", "ESTStart", condition="ESTStart", lag="P5D"),
                "end": None,
                "window_duration": "P30D",
            },
            (None, None),
            2,
        ),
    ],
    ids=["none stated", "open", "duration", "condition", "duration from a condition"],
)
def test_what_only_an_event_can_tell_is_said_in_words(
    grant: dict[str, Any], window: tuple[int | None, int | None], condition: int
) -> None:
    found = drawn(**grant)
    assert (found.start, found.end) == window
    assert len(found.values("condition")) == condition


@given(
    st.sampled_from(["2025-01-01", "2025-06-01", None]),
    st.sampled_from(["2025-03-01", "2025-12-31", None]),
    st.integers(-400, 800),
)
def test_an_edge_holds_when_a_plain_grant_is_shown(
    start: str | None, end: str | None, day: int
) -> None:
    one = offer(start=start, end=end)
    window = shown(one.grant)
    instant = at("2025-01-01") + day * 86_400_000
    visible = window is not None and (
        (window.start is None or window.start <= instant)
        and (window.end is None or instant < window.end)
    )
    assert edge_of("t1", one).holds(instant) == visible


def test_an_edge_id_names_the_statement_and_the_grant_whatever_the_title() -> None:
    one = Offer(offer().grant, RECORD, "acme")
    assert edge_of("t1", one).id == edge_of("t2", one).id == edge_id(RECORD, "g1")
    assert edge_id(RECORD, "g1").startswith(f"{RECORD}.")
    assert edge_id(RECORD, "g2") != edge_id(RECORD, "g1") != edge_id(RECORD[::-1], "g1")


def record(**more: Any) -> SourceRecord:
    return SourceRecord(
        format="avails", partner="acme", kind="film", key="1", source=Source("f", "1"), **more
    )


def test_what_is_licensed_is_the_edit_or_else_what_the_partner_calls_it() -> None:
    edit = ExternalId("eidr", "10.5240/1", "edit")
    wrong = ExternalId("eidr", "10.5240/2", "edit", valid=False)
    title = ExternalId("imdb", "tt1")
    assert edits_of(record(ids=(edit, wrong, title), own_id="A1")) == ("eidr:10.5240/1",)
    assert edits_of(record(ids=(wrong, title), own_id="A1")) == ("partner:acme:A1",)
    assert edits_of(record()) == ()


def test_edges_come_by_the_record_that_states_them() -> None:
    one, other = offer("g1"), offer("g2")
    records = {one.record: record(own_id="A1"), other.record: record(), "silent": record()}
    found = edges_of("t1", [one, other], records)
    assert {name: [edge.id[-16:] for edge in edges] for name, edges in found.items()} == {
        one.record: [edge_id("", "g1")[-16:]],
        other.record: [edge_id("", "g2")[-16:]],
        "silent": [],
    }
    assert found[one.record][0].values("edit") == ("partner:acme:A1",)
    assert found[other.record][0].values("edit") == ()


def test_whatever_a_partner_writes_fits_an_edge() -> None:
    languages = tuple(LanguageTerm(f"x-{n:05}") for n in range(MAX_MEMBERS))
    one = Offer(offer(platform="p" * 5_000, licensor="", languages=languages).grant, RECORD, "acme")
    found = edge_of("t1", one, ["e" * 2_000])
    checked(Told(found.id, 0, found))
    assert found.values("title") == ("t1",)
    assert len(found.values("platform")[0]) <= MAX_TEXT
    assert found.values("licensor") == ()
    left_out = MAX_MEMBERS - len(found.values("language"))
    assert int(found.values("omitted")[0]) >= left_out > 0
    other = Offer(offer(platform="p" * 5_001).grant, RECORD, "acme")
    assert edge_of("t1", other).values("platform") != found.values("platform")


def test_an_edge_is_read_as_it_was_written() -> None:
    found = drawn()
    assert decode_edge(found.id, encode_edge(found)) == found
    assert encode_edge(None) == b""
    assert decode_edge(found.id, b"") is None
