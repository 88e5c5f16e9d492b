"""Three titles of the sample catalogue in full, compared with what their feeds say."""

from typing import Any

import msgspec

from tests.samples.building import Catalogue
from ummid.catalog.title import Title


def readable(title: Title) -> dict[str, Any]:
    """A title as plain data without its own id, its records called by partner and format."""
    names = {s.record: f"{s.partner} {s.format}" for s in title.sources}

    def named(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: named(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [named(item) for item in value]
        return names.get(value, value) if isinstance(value, str) else value

    plain: dict[str, Any] = named(msgspec.to_builtins(title))
    plain["sources"] = [source["record"] for source in plain["sources"]]
    return {key: value for key, value in plain.items() if key != "id"}


def test_a_studio_film_with_the_rights_desk_beside_it(catalogue: Catalogue) -> None:
    """`northwind/catalogue-2025-05.zip` and two rows of `northwind-legal/avails-movies.xlsx`."""
    eidr = "FA4E-0108-0A1B-2C3D-E678-T"
    mec, row = "northwind mec", "northwind-legal avails_xlsx"
    genre = {"scheme": "https://northwind.example/genres", "language": "en"}
    assert readable(catalogue.title("tt9910108")) == {
        "kind": "film",
        "title": "Paper Moons Over Tamsin",
        "year": 2023,
        "titles": [
            {"value": "Paper Moons Over Tamsin", "language": "en"},
            {"value": "MOONS_FEATURE", "use": "internal"},
            {"value": "Paper Moons Over Tamsin", "language": "en", "use": "original"},
        ],
        "synopses": [
            {
                "value": "The Peverell sisters tow their projector across the fens and are snowed "
                "in at Tamsin, where everybody remembers the same film differently.",
                "language": "en",
            },
            {
                "value": "A travelling cinema winters in a village with no screen and one story.",
                "language": "en",
                "length": "short",
            },
        ],
        "duration_ms": 104 * 60_000,
        "original_language": "en",
        "countries": ["GB"],
        "genres": [
            {"text": "Drama", **genre, "level": 0},
            {"text": "Family", **genre, "level": 1},
        ],
        "credits": [
            {"name": "Winifred Oyelaran", "role": "director", "order": 1},
            {"name": "Sunniva Dahl", "role": "actor", "character": "Ada Peverell", "order": 2},
        ],
        "ratings": [
            {"system": "BBFC", "value": "PG", "territory": "GB"},
            {"system": "MPAA", "value": "PG", "territory": "US"},
        ],
        "releases": [{"date": "2023-01-20"}],
        "artwork": [
            {
                "reference": "https://art.northwind.example/paper-moons/poster.jpg",
                "purpose": "poster",
                "width": 2000,
                "height": 3000,
                "language": "en",
            }
        ],
        "technical": [{"duration_ms": 104 * 60_000}],
        "organisations": [
            {"name": "Northwind Pictures", "role": "licensor", "id": "md:orgid:northwind.example"}
        ],
        "ids": [
            {"scheme": "eidr", "value": f"10.5240/{eidr}"},
            {"scheme": "imdb", "value": "tt9910108"},
            {"scheme": "partner:northwind", "value": f"md:cid:eidr-s:{eidr}"},
            {"scheme": "partner:northwind-legal", "value": f"md:alid:eidr-s:{eidr}"},
        ],
        "completeness": {"score": 100},
        "quality": {"score": 100},
        "sources": [mec, row, row],
        "provenance": {
            "kind": {"record": mec, "rule": "agreement"},
            "year": {"record": mec, "rule": "agreement"},
            "duration_ms": {"record": mec, "rule": "agreement"},
            "titles.internal.und": {"record": mec, "rule": "agreement"},
            "organisations": {"record": mec, "rule": "union", "by": [[0, 1, 2]]},
            "ids": {"record": mec, "rule": "union", "by": [[0, 1, 2], [0], [0], [1, 2]]},
        },
    }


def test_a_film_that_three_feeds_tell_differently(catalogue: Catalogue) -> None:
    """`verdant/roku-search.json`, `verdant/watch-actions.json` and `canal-bleu/catalogue.csv`."""
    page = "https://verdant.example/title/114"
    search, watch, table = (
        "verdant roku_search_json",
        "verdant watch_actions",
        "canal-bleu tabular",
    )
    found = readable(catalogue.title("tt9910114"))
    provenance = found.pop("provenance")
    assert found == {
        "kind": "film",
        "title": "Night Lighthouse",
        "year": 2019,
        "titles": [
            {"value": "Night Lighthouse", "language": "en"},
            {"value": "Le Phare de la nuit", "language": "fr"},
            {"value": "夜の灯台", "language": "ja"},
            {"value": "Yoru no tôdai", "use": "original"},
        ],
        "synopses": [
            {
                "value": "A radio operator talks to a lighthouse that was never built.",
                "language": "en",
                "length": "short",
            },
            {
                "value": "Un opérateur radio parle avec un phare qui n'a jamais existé.",
                "language": "fr",
                "length": "short",
            },
        ],
        "duration_ms": 103 * 60_000,
        "languages": ["ja"],
        "countries": ["JP"],
        "genres": [{"text": "Drame"}],
        "credits": [
            {"name": "Haruka Imaizumi", "role": "director", "order": 1},
            {"name": "Kenta Morishige", "order": 1},
        ],
        "ratings": [{"system": "EIRIN", "value": "G"}],
        "releases": [{"date": "2019-11-08"}, {"date": "2019-11-08", "territory": "JP"}],
        "technical": [{"duration_ms": 103 * 60_000}],
        "ids": [
            {"scheme": "imdb", "value": "tt9910114"},
            {"scheme": "partner:canal-bleu", "value": "CB-114"},
            {"scheme": "partner:verdant", "value": page},
            {"scheme": "partner:verdant", "value": "vd-114"},
        ],
        "links": [page],
        "completeness": {
            "score": 85,
            "reasons": ["no artwork (-10)", "no original language (-5)"],
        },
        "quality": {"score": 100},
        "sources": [table, search, watch],
    }
    assert provenance["genres"] == {
        "record": table,
        "rule": "precedence",
        "losers": [
            {
                "record": search,
                "value": [
                    {"text": "drama", "scheme": "roku"},
                    {"text": "foreign", "scheme": "roku"},
                ],
            },
            {"record": watch, "value": [{"text": "Drama"}, {"text": "Fantasy"}]},
        ],
    }
    assert provenance["credits"] == {"record": table, "rule": "union", "by": [[0, 2], [0, 2]]}
    assert provenance["synopses.short.en"] == {
        "record": search,
        "rule": "recency",
        "losers": [
            {
                "record": watch,
                "value": {
                    "value": "A coastal radio operator answers a lighthouse that was never built.",
                    "language": "en",
                    "length": "short",
                },
            }
        ],
    }


def test_an_episode_that_two_feeds_number_alike(catalogue: Catalogue) -> None:
    """`brightfen/prime-titles.csv` has no id for it, `verdant/watch-actions.json` its own."""
    page = "https://verdant.example/series/301/1/2"
    row, watch = "brightfen mec_csv_amazon", "verdant watch_actions"
    found = readable(catalogue.title(page, scheme="partner:verdant"))
    provenance = found.pop("provenance")
    assert found == {
        "kind": "episode",
        "title": "Station Keeping",
        "year": 2022,
        "titles": [
            {"value": "Station Keeping", "language": "en"},
            {"value": "Station Keeping", "language": "en-US"},
        ],
        "synopses": [
            {
                "value": "A visit from the inspector, who turns out to have built the thing.",
                "language": "en-US",
            },
            {
                "value": "The inspector calls, and turns out to have built the thing.",
                "language": "en",
                "length": "short",
            },
        ],
        "parents": [
            {"relation": "season", "title": "Quiet Orbit Season 1"},
            {
                "relation": "series",
                "id": catalogue.title("tt9910301").id,
                "title": "Quiet Orbit",
            },
        ],
        "season_number": 1,
        "episode_number": 2,
        "original_language": "en-GB",
        "genres": [
            {"text": "comedy", "level": 0},
            {"text": "comedy_sitcom", "level": 1},
        ],
        "credits": [{"name": "Tamsin Achterberg", "role": "actor", "order": 1}],
        "releases": [
            {"date": "2022-02-11"},
            {"date": "2022-02-11", "territory": "GB"},
            {"date": "2022-02-11", "type": "svod", "territory": "GB"},
        ],
        "organisations": [{"name": "Brightfen Media", "role": "display-credit"}],
        "ids": [{"scheme": "partner:verdant", "value": page}],
        "links": [page],
        "doubts": ["kind-derived: kind"],
        "completeness": {"score": 85, "reasons": ["no duration (-10)", "no artwork (-5)"]},
        "quality": {"score": 98, "reasons": ["1 doubt in what the sources say (-2)"]},
        "sources": [row, watch],
    }
    assert provenance["releases.original.GB"] == {"record": watch, "rule": "only"}
    assert provenance["titles.display.en"] == {"record": watch, "rule": "only"}
