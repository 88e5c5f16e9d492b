"""RSS, Media RSS and Atom feeds: what they say, what is refused, what is taken with a doubt."""

from typing import Any

import pytest

from tests.feeds.reading import Read, as_dict, read, read_shared
from ummid.catalog.keys import stable_id
from ummid.catalog.model import SourceRecord

MEDIA = "http://search.yahoo.com/mrss/"
GUID = "<guid>g1</guid>"
VIDEO = '<media:content url="https://v.test/1.mp4"/>'


def rss(items: str, channel: str = "", root: str = "", namespace: str = MEDIA) -> str:
    return (
        f'<rss version="2.0" xmlns:media="{namespace}" xmlns:atom="http://www.w3.org/2005/Atom" '
        f'xmlns:dcterms="http://purl.org/dc/terms/" xmlns:v="urn:vendor:cms" '
        f'xmlns:itunes="http://www.itunes.com/dtds/podcast-1.0.dtd" {root}>'
        f"<channel>{channel}{items}</channel></rss>"
    )


def read_item(body: str, channel: str = "", **profile: Any) -> Read:
    return read(rss(f"<item>{body}</item>", channel), "feed.xml", "mrss", **profile)


def item(body: str, channel: str = "", **profile: Any) -> SourceRecord:
    return read_item(body, channel, **profile).one


def offer(body: str, channel: str = "", **profile: Any) -> dict[str, Any]:
    """The single grant of an item, without its key."""
    (grant,) = item(GUID + body, channel, **profile).grants
    return {k: v for k, v in as_dict(grant).items() if k != "key"}


def codes(record: SourceRecord) -> list[str]:
    return [w.code for w in record.warnings]


def test_a_whole_real_feed() -> None:
    feed = read_shared("mrss/calm_meditation_firetv.xml")
    site = "http://sample-firetv-web-app.s3-website-us-west-2.amazonaws.com"
    assert feed.format == "mrss"
    assert feed.header.partner == "calm-meditation"
    assert feed.header.feed_id == site
    assert feed.header.time == 1522711196000  # 2018-04-02 16:19:56 -0700
    assert (feed.header.complete, feed.header.warnings, feed.rejected) == (True, [], [])

    def expected(slug: str, title: str, text: str, size: int, line: int, n: int) -> dict[str, Any]:
        days = {"Shade": "Mon, 23 Oct 2017", "Spectators": "Thu, 12 Oct 2017"}
        own = f"{site}/{slug}/"
        return {
            "format": "mrss",
            "format_version": "2.0",
            "partner": "calm-meditation",
            "kind": "unknown",
            "key": own,
            "own_id": own,
            "source": {
                "path": "mrss/calm_meditation_firetv.xml",
                "place": f"line {line}, /rss/channel/item[{n}]",
            },
            "titles": ({"value": title, "language": "en-US"},),
            "synopses": ({"value": text, "language": "en-US", "length": "short"},),
            "languages": ("en-US",),
            "genres": ({"text": "All"}, {"text": "Trail" if n == 1 else "Grass"}),
            "credits": ({"name": "Tom Johnson", "role": "author"},),
            "artwork": ({"reference": f"{site}/images/thumbs/{slug}.jpg", "purpose": "thumbnail"},),
            "technical": {
                "duration_ms": 120_000,
                "size_bytes": size,
                "location": f"http://d1nixf144dcz0j.cloudfront.net/{slug}.mp4",
            },
            "links": (own,),
            "grants": ({"key": stable_id(own, "FREE", ""), "licence": "FREE"},),
            "extra": {
                "published": f"{days[title]} 00:00:00 -0700",
                "media:copyright": "url=https://creativecommons.org/licenses/by/4.0/",
            },
        }

    shade = "Quiet the mind, and the soul will speak. - Ma Jaya Sati Bhagavati"
    spectators = (
        '"Your worst enemy cannot harm you as much as your own thoughts, unguarded." – Buddha'
    )
    assert [as_dict(r) for r in feed.records] == [
        expected("shade", "Shade", shade, 37_000_000, 20, 1),
        expected("spectators", "Spectators", spectators, 19_000_000, 36, 2),
    ]


@pytest.mark.parametrize(
    ("name", "records", "rejected"),
    [
        ("calm_meditation_firetv", 2, []),
        ("crunchyroll_item", 1, ["empty-item"]),
        ("eyevinn_vod", 12, []),
        ("eyevinn_vod_atom_variant", 12, []),
        ("jrg_undeclared_prefix", 2, []),
        ("onescreen_divx", 5, []),
        ("rome_filesize-with-unit", 1, []),
        ("rome_issue-07", 0, ["no-identity"]),
        ("rome_issue-15", 1, []),
        ("rome_test1media", 10, []),
        ("yahoo_spec_example_1.5", 1, []),
        ("zype_mrss", 9, []),
    ],
)
def test_every_real_feed(name: str, records: int, rejected: list[str]) -> None:
    feed = read_shared(f"mrss/{name}.xml")
    assert (feed.format, len(feed.records), feed.codes) == ("mrss", records, rejected)


def test_crunchyroll_windows_are_two_offers_and_a_far_future_free_start_is_none() -> None:
    record = read_shared("mrss/crunchyroll_item.xml").records[0]
    (grant,) = record.grants
    assert (grant.licence, grant.licence_text) == ("SVOD", "premium")
    assert grant.start is not None
    assert grant.start.instant == 1687632300000
    assert grant.end is not None
    assert grant.end.kind == "open"
    assert grant.territories is not None
    assert len(grant.territories.included) == 218
    assert "AN" in grant.territories.included
    assert codes(record) == ["placeholder-start"]
    assert [t.language for t in record.technical.tracks][:2] == ["en-US", "es-419"]  # type: ignore[union-attr]
    assert record.synopses[0].value.startswith("Tôma est à présent")
    assert (record.kind, record.episode_number, record.own_id) == (
        "episode",
        12,
        "http://www.crunchyroll.com/media-895522",
    )


def test_the_rss_and_atom_twins_name_the_same_twelve_titles() -> None:
    one, two = read_shared("mrss/eyevinn_vod.xml"), read_shared("mrss/eyevinn_vod_atom_variant.xml")
    assert [r.own_id for r in one.records] == [r.own_id for r in two.records]
    assert [r.technical for r in one.records] == [r.technical for r in two.records]


def test_a_repeated_guid_keeps_its_key() -> None:
    keys = [r.key for r in read_shared("mrss/zype_mrss.xml").records]
    assert (len(keys), len(set(keys))) == (9, 8)


def test_the_real_traps_of_numbers_and_dates() -> None:
    onescreen = read_shared("mrss/onescreen_divx.xml")
    assert onescreen.header.time == 1311953304000
    assert all(codes(r) == ["implausible-bitrate"] for r in onescreen.records)
    (size,) = read_shared("mrss/rome_filesize-with-unit.xml").records
    assert codes(size) == ["bad-number"]
    (yahoo,) = read_shared("mrss/yahoo_spec_example_1.5.xml").records
    assert (yahoo.titles, yahoo.own_id, yahoo.extra["published"]) == (
        (),
        None,
        "Mon, 27 Aug 2001 16:08:56 PST",
    )


def test_an_undeclared_prefix_is_declared_and_reported() -> None:
    feed = read_shared("mrss/jrg_undeclared_prefix.xml")
    assert [r.titles[0].value for r in feed.records] == ["Media Title 1", "Media Title 2"]
    (warning,) = feed.header.warnings
    assert warning.startswith("undeclared-prefix: media:")


@pytest.mark.parametrize(
    ("document", "warned"),
    [
        ('<rss version="2.0"><channel><item><guid>a</guid>{}</item></channel></rss>', 1),
        (' \n<rss version="2.0"><channel><item><guid>a</guid>{}</item></channel></rss>', 1),
        (
            "<!-- <media:x/> --><rss><channel><item><guid>a</guid>{}"
            "<own:id xl:href='y'>1</own:id></item></channel></rss>",
            3,
        ),
        (
            '\n<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss">'
            "<channel><item><guid>a</guid>{}</item></channel></rss>",
            0,
        ),
    ],
)
def test_what_a_producer_forgot_is_mended(document: str, warned: int) -> None:
    feed = read(document.format("<media:title>T</media:title>"), "f.xml")
    assert feed.one.titles[0].value == "T"
    assert len(feed.header.warnings) == warned


@pytest.mark.parametrize(
    "namespace",
    [
        "http://search.yahoo.com/mrss/",
        "http://search.yahoo.com/mrss",
        "https://search.yahoo.com/mrss/",
        "http://video.search.yahoo.com/mrss/",
        "http://search.yahoo.com/searchmonkey/media/",
        "http://www.rssboard.org/media-rss",
    ],
)
def test_every_spelling_of_the_media_namespace(namespace: str) -> None:
    feed = read(rss(f"<item>{GUID}<media:title>T</media:title></item>", namespace=namespace))
    assert feed.one.titles[0].value == "T"


def test_the_header_comes_from_the_channel() -> None:
    channel = (
        "<title>Rockstar Films</title><link>https://rock.test/</link><language>de</language>"
        "<lastBuildDate>Tue, 10 Jun 2003 04:00:00 GMT</lastBuildDate>"
        '<atom:link rel="self" href="https://rock.test/feed"/>'
    )
    feed = read(rss(f"<item>{GUID}<title>T</title></item>", channel))
    header = feed.header
    assert (header.partner, header.feed_id, header.time, header.format_version) == (
        "rockstar-films",
        "https://rock.test/",
        1055217600000,
        "2.0",
    )
    assert feed.one.partner == "rockstar-films"
    assert feed.one.titles[0].language == "de"


def test_a_next_page_makes_the_delivery_incomplete_wherever_it_stands() -> None:
    link = '<atom:link rel="next" href="https://a.test/?p=2"/>'
    for feed in (
        read(rss(f"<item>{GUID}</item>", link)),
        read(rss(f"<item>{GUID}</item>{link}")),
    ):
        assert (feed.header.next_page, feed.header.complete) == ("https://a.test/?p=2", False)


def test_an_emptied_feed_still_says_whose_it_is() -> None:
    feed = read(rss("", "<title>Gone TV</title>"), format="mrss")
    assert (feed.records, feed.header.partner, feed.header.complete) == ([], "gone-tv", True)
    assert read("<rss/>").header.partner is None
    assert (
        read('<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title></feed>').header.partner
        == "a"
    )


def test_doubts_about_the_channel_are_header_warnings() -> None:
    channel = "<language>klingonish</language><pubDate>yesterday</pubDate>"
    document = rss(f"<item>{GUID}</item>", channel).replace('"2.0"', '"0.91"', 1)
    warnings = read(document).header.warnings
    assert [w.partition(":")[0] for w in warnings] == [
        "unknown-version",
        "bad-date",
        "unknown-language",
    ]


def test_a_broken_end_keeps_what_came_before() -> None:
    feed = read(rss(f"<item>{GUID}</item>").replace("</channel>", "<item>"))
    assert (len(feed.records), feed.codes, feed.header.complete) == (1, ["not-well-formed"], False)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", "empty-item"),
        ('<media:thumbnail url="https://i.test/1"/>', "no-identity"),
        (GUID + '<media:restriction type="country">us qq</media:restriction>', "unknown-territory"),
        (
            GUID + '<media:restriction relationship="maybe">us</media:restriction>',
            "bad-restriction",
        ),
        (
            GUID + "<dcterms:valid>start=2026-02-01;end=2026-01-01</dcterms:valid>",
            "reversed-window",
        ),
        (GUID + "<dcterms:valid>start=01/02/2026</dcterms:valid>", "bad-date"),
        (GUID + "<dcterms:valid>start=2026-13</dcterms:valid>", "bad-date"),
        (GUID + "<dcterms:valid>soon</dcterms:valid>", "bad-date"),
        (GUID + "<v:expires>Tue, 31 Feb 2026 00:00:00 GMT</v:expires>", "bad-date"),
        (GUID + "<v:expires>Tue, 03 Feb 2026 00:00:00 QQT</v:expires>", "unknown-zone"),
        (GUID + "<v:expires>never ever</v:expires>", "bad-date"),
    ],
)
def test_what_is_refused(body: str, code: str) -> None:
    feed = read(rss(f"<item>{body}</item><item><guid>next</guid></item>"))
    assert (feed.codes, [r.key for r in feed.records]) == ([code], ["next"])
    assert feed.rejected[0].source.place == "line 1, /rss/channel/item[1]"


@pytest.mark.parametrize(
    ("body", "parts"),
    [
        ("<title>T</title><link>https://a.test</link>", ("item", "T", "https://a.test")),
        ("<title>T</title>", ("item", "T")),
        ("<link>https://a.test</link>", ("item", "https://a.test")),
        (VIDEO, ("media", "https://v.test/1.mp4")),
        ('<media:player url="https://p.test"/>', ("media", "https://p.test")),
    ],
)
def test_an_item_without_guid_is_named_by_what_identifies_it(
    body: str, parts: tuple[str, ...]
) -> None:
    record = item(body)
    assert (record.key, record.own_id) == (stable_id(*parts), None)


def test_the_title_nearest_to_the_media_is_shown_and_the_others_are_alternatives() -> None:
    body = (
        f"{GUID}<title>Item</title><media:title>Near item</media:title>"
        '<media:group><media:title>Group</media:title><media:content url="u">'
        "<media:title>Content</media:title></media:content></media:group>"
    )
    titles = item(body).titles
    assert [(t.value, t.use) for t in titles] == [("Content", "display"), ("Item", "alternate")]


def test_several_contents_that_name_themselves_do_not_name_the_item() -> None:
    contents = "".join(
        f'<media:content url="{n}"><media:title>Part {n}</media:title>'
        f'<media:credit role="Actor">{n}</media:credit></media:content>'
        for n in (1, 2)
    )
    record = item(f"{GUID}<title>Whole</title>{contents}")
    assert [t.value for t in record.titles] == ["Whole", "Part 1", "Part 2"]
    assert [c.name for c in record.credits] == ["1", "2"]


def test_rights_of_a_further_content_are_an_offer_of_their_own() -> None:
    def content(url: str, country: str) -> str:
        return (
            f'<media:content url="{url}"><media:restriction relationship="allow" type="country">'
            f"{country}</media:restriction></media:content>"
        )

    record = item(GUID + content("a", "us ca") + content("b", "GB") + content("c", "GB"))
    assert [g.territories.included for g in record.grants if g.territories] == [
        ("US", "CA"),
        ("GB",),
    ]


def test_the_default_content_speaks_for_the_item_and_the_rest_are_tracks() -> None:
    record = item(
        f"{GUID}<media:group>"
        '<media:content url="lo" width="640" height="360" bitrate="800" lang="en"/>'
        '<media:content url="hi" type="video/mp4" isDefault="true" lang="fr" framerate="29.97" '
        'fileSize="5" channels="2" duration="61.5"/>'
        '<media:content url="a" medium="audio" lang="??"/>'
        '<media:content url="pic" type="image/png" width="10"/><media:content medium="image"/>'
        "</media:group><media:hash algo='sha-1'>ab</media:hash>"
    )
    technical = record.technical
    assert technical is not None
    assert (technical.location, technical.duration_ms, technical.frame_rate) == (
        "hi",
        61_500,
        "30000/1001",
    )
    assert (technical.size_bytes, technical.checksum) == (5, "sha-1:ab")
    assert [(t.kind, t.location, t.type) for t in technical.tracks] == [
        ("video", "hi", "video/mp4"),
        ("video", "lo", "640x360 800kbps"),
        ("audio", "a", None),
    ]
    assert record.languages == ("fr", "en")
    assert [(a.reference, a.width) for a in record.artwork] == [("pic", 10)]
    assert codes(record) == ["unknown-language"]


@pytest.mark.parametrize(
    ("attribute", "field", "value", "warned"),
    [
        ('duration="120.0"', "duration_ms", 120_000, []),
        ('duration="01:02:03"', "duration_ms", 3_723_000, []),
        ('duration="PT2M"', "duration_ms", 120_000, []),
        ('duration=""', "duration_ms", None, []),
        ('duration="long"', "duration_ms", None, ["bad-duration"]),
        ('duration="0"', "duration_ms", 0, ["implausible-duration"]),
        ('duration="90000000"', "duration_ms", 90_000_000_000, ["implausible-duration"]),
        ('bitrate="4500"', "bitrate_kbps", 4500, []),
        ('bitrate="4500000"', "bitrate_kbps", 4_500_000, ["implausible-bitrate"]),
        ('fileSize="1GB"', "size_bytes", None, ["bad-number"]),
        ('height=""', "height", None, []),
        ('width="1e999"', "width", None, ["bad-number"]),
        ('framerate="25"', "frame_rate", "25", []),
        ('framerate="fast"', "frame_rate", None, ["bad-number"]),
    ],
)
def test_numbers_of_a_content(attribute: str, field: str, value: object, warned: list[str]) -> None:
    record = item(f'{GUID}<media:content url="u" {attribute}/>')
    assert (getattr(record.technical, field), codes(record)) == (value, warned)


def test_enclosures_and_playable_links_stand_for_media() -> None:
    plain = item(GUID + '<enclosure url="https://v.test/a" type="video/mp4" length="9"/>')
    assert as_dict(plain.technical) == {
        "location": "https://v.test/a",
        "mime_type": "video/mp4",
        "size_bytes": 9,
    }
    same = item(GUID + VIDEO + '<enclosure url="https://v.test/1.mp4" length="9"/><enclosure/>')
    assert same.technical is not None
    assert same.technical.tracks == ()
    assert item(GUID + "<link>https://a.test/page</link>").grants == ()
    assert item(GUID + "<link>https://a.test/x.m3u8?t=1</link>").grants != ()


def test_an_atom_entry() -> None:
    feed = read(
        '<feed xmlns="http://www.w3.org/2005/Atom"><id>urn:f</id><title>Atomic</title>'
        "<updated>2026-01-02T03:04:05Z</updated>"
        '<entry><id>urn:1</id><title>T</title><summary>S</summary><content src="x"/>'
        '<link rel="alternate" href="https://a.test/1"/>'
        '<link rel="enclosure" href="https://v.test/1.mp4" type="video/mp4" length="7"/>'
        '<category term="drama" scheme="s" label="Drama"/><author><name>Ann</name></author>'
        "<published>2026-01-01</published><updated>2026-01-02</updated><rights>(c)</rights>"
        "</entry></feed>"
    )
    record = feed.one
    assert (feed.header.partner, feed.header.feed_id, feed.header.time) == (
        "atomic",
        "urn:f",
        1767323045000,
    )
    assert record.source.place == "line 1, /feed/entry[1]"
    assert (record.own_id, record.links) == ("urn:1", ("https://a.test/1",))
    assert as_dict(record.genres) == ({"text": "Drama", "scheme": "s", "code": "drama"},)
    assert as_dict(record.credits) == ({"name": "Ann", "role": "author"},)
    assert record.technical is not None
    assert record.technical.size_bytes == 7
    assert record.extra == {"published": "2026-01-01", "updated": "2026-01-02", "copyright": "(c)"}
    assert record.synopses[0].value == "S"


ALL = '<media:restriction relationship="{}" type="country">{}</media:restriction>'


@pytest.mark.parametrize(
    ("body", "territories"),
    [
        (VIDEO, None),
        (ALL.format("allow", "us  GB\nfr"), {"included": ("US", "GB", "FR")}),
        (ALL.format("allow", "all"), {"included": ("WORLD",)}),
        (ALL.format("deny", "de"), {"included": ("WORLD",), "excluded": ("DE",)}),
        (ALL.format("deny", "none"), {"included": ("WORLD",)}),
        (
            ALL.format("allow", "us, mx") + ALL.format("deny", "mx"),
            {"included": ("US", "MX"), "excluded": ("MX",)},
        ),
    ],
)
def test_countries(body: str, territories: dict[str, Any] | None) -> None:
    assert offer(body).get("territories") == territories


@pytest.mark.parametrize("restriction", [ALL.format("deny", "all"), ALL.format("allow", "none")])
def test_denied_everywhere_is_no_offer(restriction: str) -> None:
    assert item(GUID + VIDEO + restriction).grants == ()


def test_restrictions_that_are_no_countries_are_terms() -> None:
    body = '<media:restriction type="sharing" relationship="deny"/>'
    body += '<media:restriction type="uri" relationship="allow">a.test</media:restriction>'
    assert offer(body) == {
        "licence": "FREE",
        "terms": (
            {"name": "restriction:sharing", "value": "deny"},
            {"name": "restriction:uri", "value": "allow a.test"},
        ),
    }


def test_the_channel_states_defaults_that_an_item_overrides() -> None:
    channel = ALL.format("allow", "us") + "<media:rating>adult</media:rating>"
    assert offer("", channel)["territories"] == {"included": ("US",)}
    assert offer(ALL.format("allow", "gb"), channel)["territories"] == {"included": ("GB",)}
    body = f'{GUID}<media:content url="u"><media:title>T</media:title></media:content>'
    assert as_dict(item(body, channel).ratings) == ({"system": "urn:simple", "value": "adult"},)


def test_the_profile_fills_what_the_feed_does_not_say() -> None:
    profile: dict[str, Any] = {"licence": "AVOD", "territories": ("FR", "BE"), "platform": "tv"}
    assert offer(VIDEO, **profile) == {
        "licence": "AVOD",
        "platform": "tv",
        "territories": {"included": ("FR", "BE")},
    }
    denied = offer(ALL.format("deny", "be"), **profile)["territories"]
    assert denied == {"included": ("FR", "BE"), "excluded": ("BE",)}
    assert offer(ALL.format("deny", "none"), **profile)["territories"] == {"included": ("FR", "BE")}
    priced = offer('<media:price type="rent" price="3"/>', currency="EUR", **profile)
    assert (priced["licence"], priced["prices"][0]["currency"]) == ("AVOD", "EUR")
    assert read_item(GUID, licence="GRATIS").codes == ["unknown-licence"]


@pytest.mark.parametrize(
    ("price", "licence", "expected", "warned"),
    [
        ('type="rent" price="19.99" currency="eur"', "VOD", ("19.99", "EUR", None), []),
        ('type="purchase" price="9,50" currency="USD"', "EST", ("9.50", "USD", None), []),
        ('type="subscription" info="i"', "SVOD", (None, None, "i"), []),
        ('type="package" price="5" currency="USD"', "OTHER", ("5", "USD", None), []),
        ('price="0.00" currency="USD"', "FREE", ("0.00", "USD", None), []),
        ('type="rent" price="1" currency="XTS"', "VOD", ("1", "XTS", None), ["unknown-currency"]),
        ('type="rent" price="1"', "VOD", ("1", None, None), ["unknown-currency"]),
        ('price="cheap" currency="USD"', "OTHER", (None, "USD", "cheap"), ["bad-price"]),
    ],
)
def test_prices(
    price: str, licence: str, expected: tuple[str | None, ...], warned: list[str]
) -> None:
    record = item(f"{GUID}<media:price {price}/>")
    (grant,) = record.grants
    (stated,) = grant.prices
    assert (grant.licence, codes(record)) == (licence, warned)
    assert (stated.amount, stated.currency, stated.text) == expected


def test_prices_of_two_kinds_are_two_offers_of_stable_keys() -> None:
    rent = '<media:price type="rent" price="3" currency="USD"/>'
    buy = '<media:price type="purchase" price="9" currency="USD"/>'
    one, two = item(GUID + rent + buy).grants, item(GUID + buy + rent).grants
    assert [g.licence for g in one] == ["VOD", "EST"]
    assert {g.key for g in one} == {g.key for g in two}


@pytest.mark.parametrize(
    ("valid", "start", "end"),
    [
        (
            "start=2026-01-01T00:00Z;end=2026-02-01T00:00Z;scheme=W3C-DTF",
            ("instant", 1767225600000),
            ("instant", 1769904000000),
        ),
        ("END=2026-01-31; start = 2026-01-01", ("date", 1767225600000), ("date", 1769904000000)),
        ("start=2026;end=2026-02", ("date", 1767225600000), ("date", 1772323200000)),
        ("start=2025-12;end=2026", ("date", 1764547200000), ("date", 1798761600000)),
        ("start=2026-01-01T01:00+01:00;end=9999-12-31", ("instant", 1767225600000), ("open", None)),
        ("end=2038-01-19T03:14:07Z", None, ("open", None)),
        ("start=2026-01-01T00:00", ("local", 1767225600000), None),
    ],
)
def test_windows(valid: str, start: object, end: object) -> None:
    grant = offer(f"<dcterms:valid>{valid}</dcterms:valid>")
    for name, expected in (("start", start), ("end", end)):
        bound = grant.get(name)
        assert (bound and (bound["kind"], bound.get("instant"))) == expected


def test_vendors_windows_in_rfc_822() -> None:
    window = (
        "<v:availableFrom>Thu, 01 Jan 2026 00:00:00 PST</v:availableFrom>"
        "<v:expirationDate>Mon, 02 Feb 2026 01:00:00 CEST</v:expirationDate>"
    )
    grant = offer(window)
    assert (grant["start"]["instant"], grant["start"]["zone"]) == (1767254400000, "PST")
    assert (grant["end"]["instant"], grant["end"]["zone"]) == (1769986800000, "CEST")
    local = offer("<v:expires>Mon, 02 Feb 2026 01:00:00</v:expires>", assumed_zone="Europe/Paris")[
        "end"
    ]
    assert (local["kind"], local["instant"]) == ("local", 1769990400000)
    declared = offer("<v:expires>02/03/2026</v:expires>", date_formats=("%d/%m/%Y",))["end"]
    assert (declared["kind"], declared["instant"]) == ("date", 1772496000000)


def test_two_windows_are_two_offers() -> None:
    body = "".join(f"<dcterms:valid>start={y}-01-01</dcterms:valid>" for y in (2026, 2027, 2026))
    grants = item(GUID + body).grants
    assert len({g.key for g in grants}) == 2


def test_free_and_premium_windows_are_two_offers() -> None:
    body = (
        "<v:premiumPubDate>Thu, 01 Jan 2026 00:00:00 GMT</v:premiumPubDate>"
        "<v:freePubDate>Thu, 08 Jan 2026 00:00:00 GMT</v:freePubDate>"
    )
    assert [g.licence for g in item(GUID + body, licence="AVOD").grants] == ["SVOD", "AVOD"]
    only_free = body[body.index("<v:free") :]
    assert [g.licence for g in item(GUID + only_free).grants] == ["FREE"]


@pytest.mark.parametrize(
    ("state", "action", "offers"),
    [("active", "upsert", 1), ("blocked", "upsert", 0), ("deleted", "delete", 0)],
)
def test_the_status_of_an_item(state: str, action: str, offers: int) -> None:
    record = item(f'{GUID}{VIDEO}<media:status state="{state}"/>')
    assert (record.action, len(record.grants), record.extra["status"]) == (action, offers, state)


def test_what_else_an_item_says() -> None:
    record = item(
        GUID + "<title>One &amp; two</title>"
        "<description>&lt;p&gt;Tom &amp;amp; Ann&lt;/p&gt;again</description>"
        "<media:description>Near<br/>it</media:description>"
        '<media:credit role="Director">Ann</media:credit><media:credit>Bob</media:credit>'
        '<media:credit role="production company">Co</media:credit><media:credit/>'
        "<author>ed@a.test</author><media:adult>true</media:adult>"
        '<media:rating scheme="urn:mpaa">pg</media:rating>'
        "<media:keywords>a, b,,a</media:keywords><category domain='d'>Drama</category>"
        "<category/><media:category label='Only'/>"
        '<media:subTitle type="text/vtt" lang="de" href="s"/><media:subTitle lang="??"/>'
        "<media:subTitle/><media:comments><media:comment>x</media:comment></media:comments>"
        '<itunes:image href="art"/><image><url>nested</url></image><image/>'
        '<media:thumbnail url="t" width="9"/><media:thumbnail/>'
        '<media:player url="p"/><media:hash>h</media:hash><media:hash/>'
        '<media:rights status="official"/>'
        "<v:note>n1</v:note><v:note>n2</v:note><v:deep><v:x/></v:deep><!-- c --><?pi x?>"
    )
    assert record.titles[0].value == "One & two"
    assert [s.value for s in record.synopses] == ["Near it", "Tom & Ann again"]
    assert [(c.name, c.role) for c in record.credits] == [
        ("Ann", "director"),
        ("Bob", "contributor"),
        ("ed@a.test", "author"),
    ]
    assert as_dict(record.organisations) == ({"name": "Co", "role": "production company"},)
    assert [(r.system, r.value) for r in record.ratings] == [
        ("urn:simple", "adult"),
        ("urn:mpaa", "pg"),
    ]
    assert record.keywords == ("a", "b")
    assert [(g.text, g.scheme) for g in record.genres] == [("Drama", "d"), ("Only", None)]
    assert [a.reference for a in record.artwork] == ["t", "art", "nested"]
    assert record.technical is not None
    assert [(t.language, t.location) for t in record.technical.tracks] == [
        ("de", "s"),
        (None, None),
    ]
    assert record.links == ("p",)
    assert record.technical.checksum == "md5:h"
    assert record.extra == {"media:rights": "status=official", "v:note": "n1; n2"}
    assert codes(record) == ["unknown-language"]


def test_what_vendors_say_of_series_and_ids() -> None:
    record = item(
        GUID + "<v:seriesTitle>S</v:seriesTitle><v:seriesId>s1</v:seriesId>"
        "<v:season>2</v:season><v:episodeNumber>3b</v:episodeNumber>"
        "<v:episodeTitle>E</v:episodeTitle>"
        "<v:tmsId>EP012345678901</v:tmsId><v:imdb>nope</v:imdb>"
        "<v:releaseDate>2020-05-06</v:releaseDate>"
        "<v:adBreaks>00:01:00, 90.5 x</v:adBreaks>"
        "<v:subtitleLanguages>en - us,</v:subtitleLanguages>"
        "<v:runtime>60</v:runtime><v:shortDescription>Sh</v:shortDescription>"
        '<j:track xmlns:j="http://rss.jwpcdn.com/" kind="captions" file="c" srclang="en"/>'
        '<j:track xmlns:j="http://rss.jwpcdn.com/" kind="thumbnails" file="d"/>'
        '<d:contentId xmlns:d="http://api.google.com/dfpvideo">d9</d:contentId>'
    )
    assert (record.kind, record.season_number, record.episode_number) == ("episode", 2, None)
    assert record.extra == {"episode": "3b"}
    assert as_dict(record.parents) == (
        {
            "relation": "series",
            "title": "S",
            "ids": ({"scheme": "partner", "value": "s1", "scope": "series"},),
        },
    )
    assert [(i.scheme, i.value, i.valid) for i in record.ids] == [
        ("imdb", "nope", False),
        ("tms", "EP012345678901", True),
        ("dfpvideo", "d9", True),
    ]
    assert (record.year, [r.date for r in record.releases]) == (2020, ["2020-05-06"])
    assert record.technical is not None
    assert (record.technical.duration_ms, record.technical.ad_breaks_ms) == (
        60_000,
        (60_000, 90_500),
    )
    assert [t.language for t in record.technical.tracks] == ["en", "en-US"]
    assert codes(record) == ["bad-cuepoint", "invalid-id"]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ("<category>Movie</category>", "film"),
        ("<category>Drama</category>", "unknown"),
        ("<v:contentType>TVEpisode</v:contentType>", "episode"),
        ("<v:contentType>other</v:contentType><category>Trailer</category>", "trailer"),
        ("<itunes:episode>4</itunes:episode>", "episode"),
    ],
)
def test_kinds(body: str, kind: str) -> None:
    assert item(GUID + body).kind == kind


def test_an_unreadable_release_date_is_a_doubt() -> None:
    record = item(GUID + "<v:releaseDate>in May</v:releaseDate><v:seriesId> </v:seriesId>")
    assert (record.releases, codes(record)) == ((), ["bad-date"])


def test_text_over_several_lines_and_with_comments() -> None:
    record = item(f"{GUID}<title>\n  A\n  b\t c </title><media:title>A<!-- x -->b</media:title>")
    assert [t.value for t in record.titles] == ["Ab", "A b c"]


@pytest.mark.parametrize(
    ("document", "known"),
    [
        ('<rss version="2.0"><channel/></rss>', True),
        ('<feed xmlns="http://www.w3.org/2005/Atom"/>', True),
        ("<feed/>", False),
        ("<tv/>", False),
        ("{}", False),
    ],
)
def test_sniffing(document: str, known: bool) -> None:
    from ummid.feeds.head import Head
    from ummid.feeds.mrss import FORMATS

    assert FORMATS[0].sniff(Head(document.encode(), whole=True)) is known
