"""What two statements must share to be candidates for one title."""

from typing import Any

import pytest

from ummid.catalog.model import ExternalId, IdScope, Kind, Parent, Source, SourceRecord, Text
from ummid.identity.links import NO_LINKS, Links, id_link, links, own_link

EIDR = ExternalId("eidr", "10.5240/7791-8534-2C23-9030-8610-5")
IMDB = ExternalId("imdb", "tt0133093")


def record(kind: Kind = "film", title: str | None = "The Matrix", **fields: Any) -> SourceRecord:
    titles = (Text(title, "en"),) if title else ()
    stated = {"partner": "acme", "format": "mrss", "titles": titles} | fields
    return SourceRecord(kind=kind, key="k", source=Source("feed", "item"), **stated)


def shared(one: SourceRecord, other: SourceRecord) -> bool:
    """Whether they share a strong link."""
    return bool({*links(one).strong} & {*links(other).strong})


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        (record(ids=(EIDR,)), record(title="Matrix", ids=(EIDR, IMDB)), True),
        (record(ids=(IMDB,)), record(ids=(ExternalId("imdb", "tt0234215"),)), False),
        # an id that failed its check joins nothing, and one shared by a template least of all
        (record(ids=(ExternalId("eidr", "10.5240/FE16", valid=False),)),
         record(ids=(ExternalId("eidr", "10.5240/FE16", valid=False),)), False),
        # one value in two schemes is two ids
        (record(ids=(ExternalId("tmdb", "603"),)), record(ids=(ExternalId("tvdb", "603"),)),
         False),
        # schemes that are nobody's business but the partner's
        (record(ids=(ExternalId("house", "1"),)), record(ids=(ExternalId("house", "1"),)), False),
        # an id of what it belongs to is not its own
        (record(ids=(ExternalId("eidr", EIDR.value, "series"),)), record(ids=(EIDR,)), False),
        (record(ids=(ExternalId("eidr", EIDR.value, "edit"),)), record(ids=(EIDR,)), True),
        # TMDB counts films and series apart
        (record(ids=(ExternalId("tmdb", "603"),)),
         record("short", ids=(ExternalId("tmdb", "603"),)), True),
        (record(ids=(ExternalId("tmdb", "603"),)),
         record("series", ids=(ExternalId("tmdb", "603"),)), False),
        # a partner's own id joins its statements in every format, and nobody else's
        (record(own_id="7"), record(own_id="7", format="adi"), True),
        (record(own_id="7"), record(own_id="7", partner="zenith"), False),
        (record(own_id="7"), record(own_id="07"), False),
    ],
)  # fmt: skip
def test_what_two_statements_share(one: SourceRecord, other: SourceRecord, expected: bool) -> None:
    assert shared(one, other) == shared(other, one) == expected


def test_a_statement_vouches_for_the_valid_ids_of_which_a_work_has_one() -> None:
    said = record(
        own_id="7",
        ids=(
            IMDB,
            EIDR,
            ExternalId("imdb", "tt1", valid=False),
            ExternalId("eidr", "10.5240/8FF3-1C20-84F5-F247-8BCD-E", "edit"),
            ExternalId("isan", "0000-0000-D07A-0090-Q"),
        ),
    )
    found = links(said)
    assert found.names == (("eidr", EIDR.value), ("imdb", "tt0133093"))
    assert found.owner == ("acme mrss", "7")
    assert len(found.strong) == 5


def test_a_statement_without_anything_to_hold_on_to_has_no_links() -> None:
    assert links(record("trailer")) == NO_LINKS == Links()


def test_the_mark_moves_with_what_is_compared_and_with_nothing_else() -> None:
    said = links(record(year=1999, own_id="7"))
    assert links(record(year=1999, own_id="7", keywords=("noir",))) == said
    assert links(record(year=1999, own_id="7", ids=(IMDB,))).mark == said.mark
    for other in (
        record(year=2000, own_id="7"),
        record(year=1999, own_id="8"),
        record(year=1999, own_id="7", partner="zenith"),
        record(title="Matrix Reloaded", year=1999, own_id="7"),
    ):
        assert links(other).mark != said.mark


@pytest.mark.parametrize(
    ("scope", "joins"),
    [
        ("title", True),
        ("edit", True),
        ("manifestation", True),
        ("package", False),
        ("channel", False),
    ],
)
def test_ids_of_the_title_and_of_its_versions_join(scope: IdScope, joins: bool) -> None:
    said = record(ids=(ExternalId("eidr", EIDR.value, scope),))
    assert (links(said).strong == (id_link(EIDR, "film"),)) == joins


def test_parents_are_found_under_their_own_strong_links() -> None:
    tmdb = ExternalId("tmdb", "42")
    series = record("series", "Dekalog", own_id="s1", ids=(EIDR, tmdb))
    wrong = ExternalId("imdb", "x", valid=False)
    child = record(
        "episode",
        parents=(
            Parent("series", (ExternalId("partner", "s1"), EIDR, wrong, tmdb)),
            Parent("season", title="One"),
        ),
    )
    assert set(links(child).parents) == set(links(series).strong)
    assert own_link("acme", "s1") in links(child).parents
