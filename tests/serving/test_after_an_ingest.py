"""The API over a store that a real run has written."""

import json
from pathlib import Path

from serving.app import create_app
from tests.rights.offers import at
from ummid.ingest.context import close_table, open_table
from ummid.ingest.run import begin, ingest
from ummid.ingest.sources import Source

FEED = {
    "providerName": "Acme",
    "language": "en-US",
    "lastUpdated": "2025-01-02T00:00:00Z",
    "movies": [
        {
            "id": "m1",
            "title": "Leaving Soon",
            "shortDescription": "A film.",
            "releaseDate": "1999-01-01",
            "genres": ["drama"],
            "thumbnail": "https://example.org/m1.jpg",
            "content": {
                "dateAdded": "2025-01-01T00:00:00Z",
                "duration": 5400,
                "validityPeriodStart": "2025-01-01T00:00:00Z",
                "validityPeriodEnd": "2025-07-01T00:00:00Z",
                "videos": [
                    {"url": "https://example.org/m1.m3u8", "quality": "HD", "videoType": "HLS"}
                ],
            },
        }
    ],
}


def test_what_an_ingest_publishes_is_served_with_its_file_and_run(tmp_path: Path) -> None:
    feed, store = tmp_path / "roku.json", tmp_path / "store"
    feed.write_text(json.dumps(FEED), encoding="utf-8")
    source = Source(
        path=str(feed), received=at("2025-01-03"), partner="acme", format="roku_dp_json"
    )
    with begin(store, clock=lambda: at("2025-01-04")) as run:
        report = ingest(run, [source])
    assert report.published == 1
    client = create_app(open_table(store), clock=lambda: at("2025-06-01")).test_client()
    try:
        (change,) = client.get("/api/v1/changes").get_json()["changes"]
        assert change["run"] == run.id
        assert client.get(change["href"]).get_json()["title"] == "Leaving Soon"
        by_own_id = client.get("/api/v1/lookup/partner:acme/m1").get_json()
        assert by_own_id["titles"] == [{"id": change["title"], "href": change["href"]}]
        (stated,) = client.get(f"{change['href']}/provenance").get_json()["sources"]
        assert (stated["path"], stated["run"]) == (str(feed), run.id)
        answer = client.get(f"{change['href']}/availability?territory=US").get_json()
        assert answer["status"] == "unknown"
        assert not answer["offers"][0]["territory_stated"]
        assert answer["next_change"] == "2025-07-01T00:00:00Z"
        later = f"{change['href']}/availability?territory=US&at=2025-07-01"
        assert client.get(later).get_json()["status"] == "not_available"
    finally:
        close_table(store)
