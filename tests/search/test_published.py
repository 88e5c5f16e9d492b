"""A title as published becomes a document that is found by its texts and filtered by its facts."""

from typing import Literal

import msgspec
import pytest

from tests.rights.offers import at, offer
from tests.search.catalogues import restricted
from ummid.catalog.grants import TerritorySet
from ummid.catalog.model import Credit, Genre, Kind, Synopsis, Text
from ummid.catalog.title import Contribution, Title, TitleParent
from ummid.models.enricher import Enrichment, Generated
from ummid.search.catalogue import Catalogue
from ummid.search.document import Document
from ummid.search.published import document, documents, window_tokens
from ummid.search.searcher import Searcher
from ummid.stores.lmdb_table import LmdbTable
from ummid.stores.table import Put
from ummid.stores.vectors import Filter, Window
from ummid.views import availability, keys, titles
from ummid.views.availability import TitleOffers

DAY = 86_400_000
HEAT = Title(
    id="t1",
    kind="film",
    title="Heat",
    year=1995,
    titles=(
        Text("Heat, The", "en", "sort"),
        Text("Fuego contra fuego", "es", "alternate"),
        Text("A Los Angeles crime saga", "en", "tagline"),
        Text("Heat", "en", "display"),
    ),
    synopses=(
        Synopsis("Un ladrón y un policía se encuentran en Los Ángeles.", "es"),
        Synopsis("A thief and a policeman.", "en-US"),
    ),
    genres=(Genre("Crime"), Genre("Crime", "urn:a")),
    languages=("en",),
    countries=("US",),
    keywords=("heist",),
    credits=(Credit("Michael Mann", "director"), Credit("Al Pacino", "actor")),
    sources=(Contribution("r1", "zenith", "mrss"), Contribution("r2", "acme", "mec")),
)


def offers(*found: object) -> TitleOffers:
    return availability.decode_offers(availability.encode_offers(found))  # type: ignore[arg-type]


def test_a_document_has_every_text_and_what_filters_ask_of_it() -> None:
    found = document(HEAT, offers(offer()))
    assert found.titles == ("Heat", "Fuego contra fuego")
    assert found.text == "A thief and a policeman."
    assert found.tagline == "A Los Angeles crime saga"
    assert (found.keywords, found.genres) == (("heist",), ("Crime",))
    assert found.people == ("Michael Mann", "Al Pacino")
    assert (found.kind, found.year) == ("movie", 1995)
    assert found.restricts.tokens == {
        "type": ("film",),
        "genre": ("crime",),
        "language": ("en",),
        "country": ("US",),
        "partner": ("acme", "zenith"),
    }
    assert found.restricts.numbers == {"year": 1995}
    first, after = at("2025-01-01") // DAY, at("2026-01-01") // DAY
    assert found.restricts.windows == (
        Window("FR|*", first, after),
        Window("FR|flix", first, after),
    )


def test_a_title_that_says_little_is_a_small_document() -> None:
    found = document(Title(id="t2", kind="episode"), TitleOffers())
    assert (found.titles, found.text, found.kind, found.year) == ((), "", "episode", None)
    assert found.restricts.tokens == {"type": ("episode",)}
    assert found.restricts.windows == ()


@pytest.mark.parametrize(
    ("kind", "parents", "series"),
    [
        ("series", (), "t1"),
        ("season", (TitleParent("series", "s1"),), "s1"),
        ("episode", (TitleParent("season", "s2"), TitleParent("series", "s1")), "s1"),
        ("episode", (TitleParent("series", None, "Reef"),), "series Reef"),
        ("episode", (TitleParent("season", "s2"),), "s2"),
        ("season", (), "t1"),
        ("episode", (), ""),
        ("film", (TitleParent("bundle", "b1"),), ""),
    ],
)
def test_a_series_and_what_belongs_to_it_are_one_crowd(
    kind: Kind, parents: tuple[TitleParent, ...], series: str
) -> None:
    assert document(Title(id="t1", kind=kind, parents=parents), TitleOffers()).series == series


def test_spellings_of_a_genre_are_one_token_and_regions_are_of_their_language() -> None:
    genres = (Genre("Sci-Fi"), Genre("science fiction"), Genre("Drama"))
    title = Title(id="t1", kind="film", genres=genres, languages=("pt-BR", "pt"))
    found = document(title, TitleOffers())
    assert found.restricts.tokens["genre"] == ("science fiction", "drama")
    assert found.restricts.tokens["language"] == ("pt-BR", "pt")
    assert ("genre", "science fiction", "Sci-Fi") in found.labels
    assert "scifi" in found.genres


def test_a_date_means_its_first_instant() -> None:
    late = document(HEAT, offers(offer(start="2025-01-01T08:00:00Z", end="2025-01-02T07:00:00Z")))
    assert late.restricts.windows[0] == Window(
        "FR|*", at("2025-01-02") // DAY, at("2025-01-03") // DAY
    )
    short = document(HEAT, offers(offer(start="2025-01-01T08:00:00Z", end="2025-01-01T09:00:00Z")))
    assert short.restricts.windows == ()


def test_filters_on_territory_platform_and_date_find_what_is_available() -> None:
    elsewhere = TerritorySet(("WORLD",), ("FR",))
    found_by = [
        document(HEAT, offers(offer())).restricts,
        document(HEAT, offers(offer(territories=elsewhere, platform="other"))).restricts,
    ]
    index = restricted(found_by)

    def found(territory: str, day: str, *platforms: str) -> list[bool]:
        tokens = window_tokens(territory, platforms)
        mask: list[bool] = index.mask(Filter(on=(tokens, at(day) // DAY))).tolist()
        return mask

    assert found("FR", "2025-06-01") == [True, False]
    assert found("FR", "2026-06-01") == [False, False]
    assert found("DE-BE", "2025-06-01") == [False, True]
    assert found("DE", "2025-06-01", "other", "flix") == [False, True]
    assert found("DE", "2025-06-01", "flix") == [False, False]


def test_documents_are_those_of_titles_that_are_published(table: LmdbTable) -> None:
    table.write(
        [
            Put(keys.title("t1"), keys.BODY, 1, titles.encode_title(HEAT)),
            Put(keys.availability("t1"), keys.GRANTS, 1, availability.encode_offers([offer()])),
            Put(keys.title("t2"), keys.BODY, 1, b""),
        ]
    )
    first, *others = documents(table, ["t1", "t2", "t3"])
    assert first == document(HEAT, offers(offer()))
    assert others == [None, None]


def enriched(method: Literal["extractive", "generative"]) -> Enrichment:
    return Enrichment(
        language="en",
        synopsis="A robber and his hunter.",
        keywords=("cat and mouse",),
        moods=("slow-burning",),
        themes=("obsession",),
        generated=Generated(method, "m", "p", 1),
    )


def test_what_a_model_wrote_is_found_by_and_no_part_of_the_meaning() -> None:
    plain = document(HEAT, offers())
    found = document(HEAT, offers(), enriched("generative"))
    words = ("slow-burning", "obsession", "cat and mouse", "A robber and his hunter.")
    assert found.generated == words
    assert found.meaning == plain.meaning
    assert plain.generated == ()


def test_what_was_chosen_among_partners_words_is_not_counted_twice() -> None:
    found = document(HEAT, offers(), enriched("extractive"))
    assert found.generated == ("slow-burning", "obsession")


def test_a_mood_is_found_by_its_words_and_what_partners_say_comes_first() -> None:
    told = Title(id="t2", kind="film", title="Told", genres=(Genre("Thriller"),))
    plain, mooded, said = (
        document(told, offers()),
        document(msgspec.structs.replace(told, id="t3"), offers(), enriched("generative")),
        document(msgspec.structs.replace(told, id="t4", keywords=("slow-burning",)), offers()),
    )
    fillers = [Document(id=f"f{n}", titles=(f"Filler {n}",)) for n in range(20)]
    searcher = Searcher(Catalogue.of([plain, mooded, said, *fillers]))
    found = [one.id for one in searcher.search("slow-burning thriller").found[:3]]
    assert found == ["t4", "t3", "t2"]
