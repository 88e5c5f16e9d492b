"""schema.org entities with watch actions: records, nesting, offers, and what a page is worth."""

import json
from typing import Any

import pytest

from tests.feeds.reading import Read, as_dict, read, read_shared
from ummid.catalog.keys import stable_id
from ummid.catalog.model import SourceRecord
from ummid.feeds import json_ld
from ummid.feeds.head import Head
from ummid.feeds.watch_actions import FORMATS

CONTEXT = ["https://schema.org", {"@language": "en"}]
Entity = dict[str, Any]


def feed(*entities: Any, **root: Any) -> Read:
    document = {"@context": CONTEXT, "@type": "CompleteDataFeed", **root}
    return read(json.dumps({**document, "dataFeedElement": entities}), "f.json", "watch_actions")


def movie(**facts: Any) -> Entity:
    return {"@type": "Movie", "@id": "urn:m", "name": "M", **facts}


def one(**facts: Any) -> SourceRecord:
    return feed(movie(**facts)).one


def offered(access: Any, target: Any = "https://w.test/1", **profile: Any) -> Read:
    action = {"@type": "WatchAction", "target": target, "actionAccessibilityRequirement": access}
    document = {"@context": CONTEXT, **movie(potentialAction=action)}
    return read(json.dumps(document), "f.json", "watch_actions", **profile)


def codes(record: SourceRecord) -> list[str]:
    return [w.code for w in record.warnings]


def test_a_whole_real_entity() -> None:
    page = read_shared("watch_actions/google_movie.json")
    own = "http://www.example.com/my_favorite_movie"
    wiki = "https://en.wikipedia.org/wiki"
    platforms = (
        "DesktopWebPlatform",
        "MobileWebPlatform",
        "AndroidPlatform",
        "AndroidTVPlatform",
        "IOSPlatform",
        "GoogleVideoCast",
    )
    assert page.format == "watch_actions"
    assert (page.header.complete, page.header.partner, page.header.feed_id) == (False, None, own)
    assert [w.partition(":")[0] for w in page.header.warnings] == ["partial"]
    key = stable_id(
        own,
        "SVOD",
        "subscription",
        "https://example.com/package/example",
        "CA",
        "US",
        "en",
        "2018-07-21T10:35:29Z",
    )
    assert as_dict(page.one) == {
        "format": "watch_actions",
        "partner": "google-movie",
        "kind": "film",
        "key": own,
        "own_id": own,
        "source": {"path": "watch_actions/google_movie.json", "place": "/"},
        "ids": ({"scheme": "imdb", "value": "tt0123456"},),
        "titles": ({"value": "My Favorite Movie", "language": "en"},),
        "synopses": ({"value": "This is my favorite movie.", "language": "en", "length": "short"},),
        "year": 2008,
        "releases": ({"date": "2008-01-20", "territory": "US"},),
        "credits": (
            {"name": "John Doe", "ids": ({"scheme": "url", "value": f"{wiki}/John_Doe"},)},
            {"name": "Jane Doe", "ids": ({"scheme": "url", "value": f"{wiki}/Jane_Doe"},)},
        ),
        "versions": ("Extended Cut",),
        "links": (own, f"{wiki}/my_favorite_movie"),
        "grants": (
            {
                "key": key,
                "licence": "SVOD",
                "licence_text": "subscription",
                "territories": {"included": ("US", "CA")},
                "start": {
                    "kind": "instant",
                    "raw": "2018-07-21T10:35:29Z",
                    "instant": 1532169329000,
                    "zone": "Z",
                },
                "end": {
                    "kind": "instant",
                    "raw": "2019-10-21T10:35:29Z",
                    "instant": 1571654129000,
                    "zone": "Z",
                },
                "languages": ({"language": "en", "purpose": "asset"},),
                "link": f"{own}?autoplay=true",
                "terms": (
                    {"name": "subscription", "value": "Example Package"},
                    {"name": "subscription:id", "value": "https://example.com/package/example"},
                    {"name": "subscription:commonTier", "value": "True"},
                    *({"name": "platform", "value": p} for p in platforms),
                ),
            },
        ),
        "extra": {"contentRating": "RATING NOT KNOWN", "popularityScore": "78"},
    }


@pytest.mark.parametrize(
    ("name", "records", "complete"),
    [
        ("google_movie", 1, False),
        ("google_tvshow", 1, False),
        ("oliverdx_bad_boys", 1, False),
        ("wicg_bad-duplicate-ids", 2, True),
        ("wicg_bad-missing-id", 1, True),
        ("wicg_success-full-feed", 14, True),
    ],
)
def test_every_real_document(name: str, records: int, complete: bool) -> None:
    document = read_shared(f"watch_actions/{name}.json")
    assert (document.format, len(document.records)) == ("watch_actions", records)
    assert (document.codes, document.header.complete) == ([], complete)


def test_the_traps_of_the_real_documents() -> None:
    boys = read_shared("watch_actions/oliverdx_bad_boys.json").one
    assert [g.text for g in boys.genres] == ["Action", "Comedy", "Crime", "Thriller"]
    assert [c.role for c in boys.credits] == ["actor"] * 4 + ["director"] * 2
    assert (boys.countries, boys.year) == (("US",), 2020)
    assert (boys.grants[0].licence, codes(boys)) == ("OTHER", ["no-licence"])
    assert boys.grants[0].link is not None
    assert boys.grants[0].link.startswith("//trailer")

    keys = [r.key for r in read_shared("watch_actions/wicg_bad-duplicate-ids.json").records]
    assert len(set(keys)) == 1
    missing = read_shared("watch_actions/wicg_bad-missing-id.json").one
    assert (missing.own_id, missing.key) == (
        None,
        stable_id("film", "Big Buck Bunny", "2008", "", ""),
    )


def test_the_real_feed_nests_seasons_and_episodes_and_airs_an_event() -> None:
    whole = read_shared("watch_actions/wicg_success-full-feed.json")
    assert whole.header.partner == "media-feeds-developers"
    kinds = [r.kind for r in whole.records]
    assert [kinds.count(k) for k in ("series", "season", "episode", "film", "event")] == [
        3, 3, 4, 1, 1,
    ]  # fmt: skip
    episode = next(r for r in whole.records if r.kind == "episode")
    assert episode.source.place == "/dataFeedElement/2/containsSeason/0/episode/0"
    assert (episode.season_number, episode.episode_number) == (1, 79)
    assert episode.parents[0].title == "Chrome Releases"
    event = next(r for r in whole.records if r.kind == "event")
    assert event.grants == ()
    (airing,) = event.airings
    assert (airing.start.instant, airing.flags) == (1584662400000, ("live",))
    assert event.titles[0].value == "Ask Chrome"


def test_a_feed_states_its_partner_time_and_pages() -> None:
    header = feed(movie(), provider={"name": "Acme TV"}, dateModified="2026-01-01T00:00:00Z").header
    assert (header.partner, header.time, header.complete) == ("acme-tv", 1767225600000, True)
    page = feed(movie(), **{"@type": "DataFeed"}, nextPage="https://a.test/2", dateModified="now")
    assert (page.header.complete, page.header.next_page) == (False, "https://a.test/2")
    assert [w.partition(":")[0] for w in page.header.warnings] == ["bad-date", "partial"]


@pytest.mark.parametrize("shape", ["array", "graph", "single"])
def test_entities_without_a_feed_around_them_are_partial(shape: str) -> None:
    entity = {"@context": CONTEXT, **movie()}
    document: Any = {
        "array": [entity, movie(**{"@id": "urn:n"})],
        "graph": {"@context": "https://schema.org", "@graph": [movie()]},
        "single": entity,
    }[shape]
    page = read(json.dumps(document))
    assert page.records[0].own_id == "urn:m"
    assert (page.header.complete, page.codes) == (False, [])


def test_items_of_a_feed_may_be_wrapped_and_deleted() -> None:
    wrapped = {"@type": "DataFeedItem", "dateModified": "2026-01-01", "item": movie()}
    gone = {**wrapped, "dateDeleted": "2026-02-01", "item": [movie(**{"@id": "urn:gone"})]}
    both = feed(wrapped, gone, **{"@type": "DataFeed"}, next="p2")
    assert [(r.own_id, r.action, r.event_time) for r in both.records] == [
        ("urn:m", "upsert", 1767225600000),
        ("urn:gone", "delete", 1767225600000),
    ]
    assert both.records[0].source.place == "/dataFeedElement/0/item/0"


@pytest.mark.parametrize(
    ("entity", "code"),
    [
        ("text", "bad-item"),
        ({"@type": "Person", "name": "Ann"}, "not-a-title"),
        ({"name": "Ann"}, "not-a-title"),
        ({"@type": "Movie"}, "no-identity"),
        (movie(name=[[["deep"]]], description=[{"@value": ["x"]}]), None),
    ],
)
def test_what_is_no_title_is_refused_and_its_neighbours_go_on(
    entity: Any, code: str | None
) -> None:
    result = feed(entity, movie(**{"@id": "urn:next"}))
    assert result.codes == ([code] if code else [])
    assert result.records[-1].own_id == "urn:next"


def test_a_refused_entity_is_still_named() -> None:
    action = {"actionAccessibilityRequirement": {"availabilityStarts": "soon"}}
    (refused,) = feed(movie(potentialAction=action)).rejected
    assert (refused.code, refused.key, refused.source.place) == (
        "bad-date",
        "urn:m",
        "/dataFeedElement/0",
    )
    assert '"urn:m"' in refused.raw


def test_nesting_without_end_is_refused() -> None:
    series: Entity = {"@type": "TVSeries", "name": "S"}
    for _ in range(20):
        series = {"@type": "TVSeries", "name": "S", "hasPart": series}
    assert feed(series).codes == ["too-deep"]
    text = json.dumps({"@context": CONTEXT, **movie()})
    assert read(text.replace('"M"', "[" * 985 + '"M"' + "]" * 985)).codes == ["too-deep"]


def test_an_episode_names_its_series_and_season() -> None:
    episode = {
        "@type": "TVEpisode",
        "name": "E",
        "episodeNumber": "4",
        "partOfSeason": {"@type": "TVSeason", "@id": "urn:s2", "seasonNumber": 2},
        "partOfSeries": "urn:s",
    }
    record = feed(episode).one
    assert (record.season_number, record.episode_number) == (2, 4)
    assert [(p.relation, p.ids[0].value) for p in record.parents] == [
        ("series", "urn:s"),
        ("season", "urn:s2"),
    ]
    assert feed({**episode, "episodeNumber": "IV"}).one.episode_number is None


def test_nested_seasons_and_episodes_without_ids_have_keys_of_their_own() -> None:
    def season(number: int) -> Entity:
        episodes = [{"@type": "TVEpisode", "episodeNumber": n} for n in (1, 2)]
        return {"@type": "TVSeason", "seasonNumber": number, "episode": episodes}

    show = {
        "@type": "TVSeries",
        "@id": "urn:s",
        "name": "S",
        "containsSeason": [season(1), season(2)],
    }
    keys = [r.key for r in feed(show).records]
    assert (len(keys), len(set(keys))) == (7, 7)
    assert keys == [r.key for r in feed(show).records]


def test_references_to_entities_are_no_statements() -> None:
    show = movie(**{"@type": "TVSeries"}, episode=[{"@type": "TVEpisode", "@id": "urn:e"}, "urn:f"])
    assert len(feed(show).records) == 1


def test_facts_in_every_shape() -> None:
    record = one(
        name=[{"@language": "de", "@value": "M"}, "N"],
        alternateName="O",
        description="<p>A &amp; B</p>",
        genre=["Drama, Crime", "Drama"],
        keywords="a, b",
        inLanguage=["en", "??"],
        countryOfOrigin=[{"name": "France"}, "Nowhere"],
        actor=[
            {"@type": "PerformanceRole", "actor": {"name": "Ann"}, "characterName": "Q"},
            {"@type": "Person"},
            "Bob",
        ],
        author={"@type": "Organization", "name": "Org"},
        productionCompany={"@id": "urn:p", "name": "Prod"},
        publisher=[{"name": ""}],
        identifier=[
            {"propertyID": "TMS_ID", "value": "MV000000010000"},
            {"propertyID": "_PARTNER_ID_", "value": 7},
            "loose",
        ],
        titleEIDR="10.5240/7791-8534-2C23-9030-8610-5",
        editEIDR="10.5240/zzz",
        sameAs=["https://www.imdb.com/title/tt0000001/", "https://www.wikidata.org/wiki/Q1"],
        trailer={"url": "https://t.test"},
        subtitleLanguage="fr",
        contentUrl="https://c.test",
        encodingFormat="video/mp4",
        image=[{"contentUrl": "i", "width": "10px", "height": "x"}, {"width": 1}, "j"],
        thumbnailUrl="k",
        contentRating=["MPAA PG-13", "adult", {"author": "FSK", "ratingValue": 12}],
        isFamilyFriendly=True,
        numberOfSeasons=3,
    )
    assert [(t.value, t.language, t.use) for t in record.titles] == [
        ("M", "de", "display"),
        ("N", "en", "display"),
        ("O", "en", "alternate"),
    ]
    assert record.synopses[0].value == "A & B"
    assert [g.text for g in record.genres] == ["Drama", "Crime"]
    assert (record.keywords, record.languages, record.countries) == (("a", "b"), ("en",), ("FR",))
    assert [(c.name, c.character) for c in record.credits] == [("Ann", "Q"), ("Bob", None)]
    assert [(o.name, o.role, o.id) for o in record.organisations] == [
        ("Org", "author", None),
        ("Prod", "production company", "urn:p"),
    ]
    assert [(i.scheme, i.valid) for i in record.ids] == [
        ("tms", True), ("partner_id", True), ("identifier", True), ("eidr", True),
        ("eidr", False), ("imdb", True), ("wikidata", True),
    ]  # fmt: skip
    assert record.links == ("https://t.test",)
    assert [(a.reference, a.width, a.height) for a in record.artwork] == [
        ("i", 10, None),
        ("j", None, None),
        ("k", None, None),
    ]
    assert [(r.system, r.value) for r in record.ratings] == [
        ("MPAA", "PG-13"),
        ("unspecified", "adult"),
        ("FSK", "12"),
    ]
    assert record.technical is not None
    assert record.technical.location == "https://c.test"
    assert record.extra == {"isFamilyFriendly": "True", "numberOfSeasons": "3"}
    assert sorted(codes(record)) == ["unknown-language", "unknown-territory"]


def test_a_partner_id_stands_in_for_a_missing_id() -> None:
    entity = movie(identifier={"propertyID": "_PARTNER_ID_", "value": "p7"})
    del entity["@id"]
    record = feed(entity).one
    assert (record.own_id, record.key, record.ids) == ("p7", "p7", ())


@pytest.mark.parametrize(
    ("stated", "ms", "warned"),
    [
        ("PT1H43M", 6_180_000, []),
        ("103", 6_180_000, ["assumed-minutes"]),
        (103, 6_180_000, ["assumed-minutes"]),
        ("P2D", 172_800_000, ["implausible-duration"]),
        ("long", None, ["bad-duration"]),
        ("null", None, []),
    ],
)
def test_durations(stated: Any, ms: int | None, warned: list[str]) -> None:
    record = one(duration=stated)
    assert (record.technical.duration_ms if record.technical else None) == ms
    assert codes(record) == warned


@pytest.mark.parametrize(
    ("date", "expected", "warned"),
    [
        ("2008", ("2008", "year"), []),
        ("2008-02", ("2008-02", "month"), []),
        ("2008-02-03", ("2008-02-03", "day"), []),
        ("3.2.2008", None, ["bad-date"]),
    ],
)
def test_releases(date: str, expected: tuple[str, str] | None, warned: list[str]) -> None:
    record = one(releasedEvent={"startDate": date})
    found = [(r.date, r.precision) for r in record.releases]
    assert (found, codes(record)) == ([expected] if expected else [], warned)


def test_events_air_and_grant_nothing() -> None:
    event = {
        "@type": "BroadcastEvent",
        "@id": "urn:e",
        "name": "Final",
        "startDate": "2026-01-01T20:00:00Z",
        "publishedOn": {"@type": "BroadcastService", "@id": "urn:ch", "name": "One"},
        "potentialAction": {"@type": "WatchAction", "target": "https://w.test"},
    }
    record = feed(event).one
    (airing,) = record.airings
    assert (airing.channel, airing.channel_name, airing.end) == ("urn:ch", "One", None)
    assert record.grants == ()
    del event["startDate"]
    assert feed(event).one.airings == ()


@pytest.mark.parametrize(
    ("category", "licence", "warned"),
    [
        ("free", "FREE", []),
        ("nologinrequired", "FREE", []),
        ("https://schema.org/subscription", "SVOD", []),
        ("externalSubscription", "SVOD", []),
        ("rental", "VOD", []),
        ("purchase", "EST", []),
        ("adSupported", "AVOD", []),
        ("barter", "OTHER", ["unknown-licence"]),
        (None, "OTHER", ["no-licence"]),
    ],
)
def test_licences(category: str | None, licence: str, warned: list[str]) -> None:
    record = offered({"@type": "ActionAccessSpecification", "category": category}).one
    assert (record.grants[0].licence, codes(record)) == (licence, warned)


def test_the_profile_and_free_access_fill_a_missing_category() -> None:
    assert offered({}, licence="FAST", platform="tv").one.grants[0].licence == "FAST"
    grant = one(isAccessibleForFree=True, potentialAction={"target": "t"}).grants[0]
    assert (grant.licence, grant.territories) == ("FREE", None)
    agreed = offered({}, territories=("FR",)).one.grants[0].territories
    assert agreed is not None
    assert agreed.included == ("FR",)


@pytest.mark.parametrize(
    ("access", "included", "excluded"),
    [
        ({"eligibleRegion": "us"}, ("US",), ()),
        ({"eligibleRegion": ["USA", {"@type": "Country", "name": "CA"}]}, ("US", "CA"), ()),
        ({"eligibleRegion": {"@type": "Country", "name": ["GB", "IE"]}}, ("GB", "IE"), ()),
        ({"eligibleRegion": {"addressCountry": "DE"}}, ("DE",), ()),
        ({"eligibleRegion": "EARTH"}, ("WORLD",), ()),
        ({"ineligibleRegion": "CN"}, ("WORLD",), ("CN",)),
        ({"expectsAcceptanceOf": {"eligibleRegion": "SE"}}, ("SE",), ()),
    ],
)
def test_regions(access: Entity, included: tuple[str, ...], excluded: tuple[str, ...]) -> None:
    territories = offered(access).one.grants[0].territories
    assert territories is not None
    assert (territories.included, territories.excluded) == (included, excluded)


def test_a_region_smaller_than_a_country_makes_no_grant() -> None:
    record = offered({"category": "free", "eligibleRegion": {"@type": "City", "name": "Paris"}}).one
    assert (record.grants, codes(record)) == ((), ["narrow-region"])


@pytest.mark.parametrize(
    ("access", "code"),
    [
        ({"eligibleRegion": "Atlantis"}, "unknown-territory"),
        ({"availabilityStarts": "2026-02-01", "availabilityEnds": "2026-01-01"}, "reversed-window"),
        ({"availabilityEnds": "31/12/2026"}, "bad-date"),
    ],
)
def test_offers_that_refuse_the_statement(access: Entity, code: str) -> None:
    assert offered(access).codes == [code]


@pytest.mark.parametrize(
    ("price", "currency", "amount", "warned"),
    [
        ("3,99", "eur", "3.99", []),
        (4.5, "USD", "4.5", []),
        (4, None, "4", ["unknown-currency"]),
        ("1", "XTS", "1", ["unknown-currency"]),
        ("cheap", "USD", None, ["bad-price"]),
    ],
)
def test_prices(price: Any, currency: str | None, amount: str | None, warned: list[str]) -> None:
    sale = {"@type": "Offer", "price": price, "priceCurrency": currency, "seller": "Shop"}
    record = offered({"category": "rental", "expectsAcceptanceOf": sale}).one
    (grant,) = record.grants
    assert (grant.prices[0].amount, codes(record)) == (amount, warned)
    assert [(t.name, t.value) for t in grant.terms] == [("seller", "Shop")]


def test_an_offer_may_stand_on_the_action_itself() -> None:
    sale = {"@type": "Offer", "category": "purchase", "price": "9", "priceCurrency": "USD"}
    action = {"@type": "WatchAction", "target": [{"url": "u"}], "expectsAcceptanceOf": sale}
    (grant,) = one(potentialAction=[action, {"@type": "ShareAction", "target": "s"}, {}]).grants
    assert (grant.licence, grant.prices[0].amount, grant.link) == ("EST", "9", "u")


def test_windows_in_a_declared_format_and_open_ends() -> None:
    window = {"category": "free", "availabilityStarts": "01/02/2026"}
    (grant,) = offered(window, date_formats=("%d/%m/%Y",)).one.grants
    assert grant.start is not None
    assert grant.start.instant == 1769904000000
    (grant,) = offered({"category": "free", "availabilityEnds": "9999-12-31T00:00:00Z"}).one.grants
    assert grant.end is not None
    assert grant.end.kind == "open"


def test_requirements_of_one_action_are_offers_and_repeats_are_not() -> None:
    rent = {"category": "rental", "requiresSubscription": "Pack"}
    grants = offered([rent, {"category": "purchase"}, rent]).one.grants
    assert [g.licence for g in grants] == ["VOD", "EST"]


@pytest.mark.parametrize("shape", ["feed", "array", "single"])
def test_a_long_document_is_streamed_alike(shape: str, monkeypatch: pytest.MonkeyPatch) -> None:
    entities = [movie(**{"@id": f"urn:{n}"}, tags=[n, [n]]) for n in range(3)]
    root = {"@context": CONTEXT, "@type": "DataFeed", "provider": {"name": "P"}}
    document: Any = {
        "feed": {**root, "dataFeedElement": ["x", *entities], "dateModified": "2026-01-01"},
        "array": [{"@context": CONTEXT, **e} for e in entities],
        "single": {"@context": CONTEXT, **movie()},
    }[shape]
    whole = read(json.dumps(document))
    monkeypatch.setattr(json_ld, "WHOLE_BYTES", 64)
    streamed = read(json.dumps(document))
    assert [(r.key, r.source, r.partner) for r in streamed.records] == [
        (r.key, r.source, r.partner) for r in whole.records
    ]
    assert (streamed.header, streamed.codes) == (whole.header, whole.codes)


def test_a_document_that_breaks_off_keeps_its_first_entities() -> None:
    text = json.dumps({"@context": CONTEXT, "@type": "DataFeed", "dataFeedElement": [movie()] * 2})
    broken = read(text[:-30])
    assert (len(broken.records), broken.codes, broken.header.complete) == (1, ["not-json"], False)
    assert read(text.replace('"M"', "[" * 100, 1)).codes == ["too-deep"]


def test_a_line_before_the_document_and_a_byte_order_mark_are_skipped() -> None:
    text = json.dumps({"@context": CONTEXT, **movie()})
    assert read("generated today\n" + text).one.own_id == "urn:m"
    assert read("\ufeff" + text).one.own_id == "urn:m"


@pytest.mark.parametrize(
    ("document", "known"),
    [
        ({"@context": "https://schema.org", "@type": "Movie"}, True),
        ({"@context": "https://schema.org", "type": "Movie"}, True),
        ([{"@context": "http://schema.org/", "@type": ["TVSeries"]}], True),
        ({"@context": "https://schema.org", "@type": "Recipe"}, False),
        ({"@context": "https://other.org", "@type": "Movie"}, False),
        ({"version": 1, "about": "schema.org"}, False),
    ],
)
def test_sniffing(document: Any, known: bool) -> None:
    assert FORMATS[0].sniff(Head(json.dumps(document).encode(), whole=True)) is known


def test_xml_is_not_recognised() -> None:
    assert not FORMATS[0].sniff(Head(b"<rss/>", whole=True))
