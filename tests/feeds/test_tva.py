"""TV-Anytime schedules and DVB-I service lists."""

from collections import Counter

import pytest

from tests.feeds.reading import Read, read, read_shared
from ummid.catalog.model import Artwork, Credit, Genre, Organisation, Rating, Scope, Text
from ummid.feeds.head import Head
from ummid.feeds.tva import FORMATS, sniff

START = "2020-01-01T10:00:00Z"
START_MS = 1_577_872_800_000
HOUR = 3_600_000


def tva(programmes: str = "", locations: str = "", groups: str = "", root: str = "") -> Read:
    return read(
        f'<TVAMain xmlns="urn:tva:metadata:2024" xml:lang="en" {root}><ProgramDescription>'
        f"<ProgramInformationTable>{programmes}</ProgramInformationTable>"
        f"<GroupInformationTable>{groups}</GroupInformationTable>"
        f"<ProgramLocationTable>{locations}</ProgramLocationTable></ProgramDescription></TVAMain>",
        format="tva",
    )


def programme(description: str = "", more: str = "", crid: str = "crid://a/1") -> str:
    return (
        f'<ProgramInformation programId="{crid}"><BasicDescription><Title type="main">T</Title>'
        f"{description}</BasicDescription>{more}</ProgramInformation>"
    )


def event(more: str = "", start: str = START, crid: str = "crid://a/1", service: str = "") -> str:
    stated = f' serviceIDRef="{service}"' if service else ""
    return (
        f'<ScheduleEvent{stated}><Program crid="{crid}"/>'
        f"<PublishedStartTime>{start}</PublishedStartTime>"
        f"<PublishedDuration>PT1H</PublishedDuration>{more}</ScheduleEvent>"
    )


def schedule(*events: str, service: str = "s1", more: str = "") -> str:
    return f'<Schedule serviceIDRef="{service}" {more}>{"".join(events)}</Schedule>'


def codes(found: Read) -> list[str]:
    return [w.code for r in found.records for w in r.warnings]


@pytest.mark.parametrize(
    ("document", "recognised"),
    [
        ('<TVAMain xmlns="urn:tva:metadata:2026"/>', True),
        ('<TVAMain xmlns="urn:tva:metadata:2005"/>', True),
        ('<TVAMain xmlns="urn:tva:metadata:extended:2017"/>', True),
        ('<ServiceList xmlns="urn:dvb:metadata:servicediscovery:2024"/>', True),
        ('<ServiceList xmlns="urn:other"/>', False),
        ("<TVAMain/>", False),
        ("x", False),
    ],
)
def test_is_recognised_by_root_and_namespace(document: str, recognised: bool) -> None:
    assert sniff(Head(document.encode(), whole=True)) is recognised
    assert FORMATS[0].mode == "range"


def test_something_else_is_refused_when_forced() -> None:
    assert read("<TVAMain/>", format="tva").codes == ["not-tva"]


def test_an_event_is_an_airing_of_its_programme_and_no_grant() -> None:
    found = tva(programme(), schedule(event()))
    record = found.one
    (airing,) = record.airings
    assert record.titles == (Text("T", "en"),)
    assert (record.own_id, record.key) == ("crid://a/1", f"s1@{START}#crid://a/1")
    assert (airing.channel, airing.start.instant) == ("s1", START_MS)
    assert airing.end is not None
    assert airing.end.instant == START_MS + HOUR
    assert record.scopes == (Scope("channel:s1", START_MS),)
    assert record.grants == ()
    assert found.header.covered == {"s1": (START_MS, START_MS + HOUR)}


def test_a_repeat_is_a_statement_of_its_own() -> None:
    later = event("<Repeat value='true'/><Live value='false'/>", "2020-01-01T12:00:00Z")
    found = tva(programme(), schedule(event(), later))
    assert [r.own_id for r in found.records] == ["crid://a/1", "crid://a/1"]
    assert len({r.key for r in found.records}) == 2
    assert found.records[1].airings[0].flags == ("repeat",)
    assert found.header.covered["s1"][1] == START_MS + 3 * HOUR


def test_a_schedule_covers_the_range_it_states_even_when_empty() -> None:
    more = 'start="2020-01-01T00:00:00Z" end="2020-01-02T00:00:00Z"'
    found = tva("", schedule(service="s2", more=more))
    assert found.header.covered == {"s2": (1_577_836_800_000, 1_577_923_200_000)}
    found = tva("", schedule(more='start="DATE" end="2020-01-02T00:00:00Z"'))
    assert found.header.covered == {}
    assert found.header.warnings[0].startswith("bad-date: Schedule")


def test_an_event_outside_a_schedule_names_its_service() -> None:
    more = (
        "<ProgramURL>https://u</ProgramURL><AuxiliaryURL>https://x</AuxiliaryURL>"
        "<InstanceMetadataId>imi:1</InstanceMetadataId><Free value='true'/>"
        "<InstanceDescription><Genre href='urn:cs:2014-07:available'/>"
        "<CaptionLanguage>en</CaptionLanguage><SignLanguage>q9</SignLanguage><AVAttributes>"
        "<VideoAttributes><HorizontalSize>720</HorizontalSize><VerticalSize>576</VerticalSize>"
        "</VideoAttributes></AVAttributes></InstanceDescription>"
    )
    record = tva(programme(), event(more, service="s9")).one
    assert record.airings[0].channel == "s9"
    assert record.airings[0].flags == ("free",)
    assert record.links == ("https://u",)
    assert record.extra == {
        "auxiliary_url": "https://x",
        "instance_id": "imi:1",
        "instance_genres": "available",
    }
    technical = record.technical
    assert technical is not None
    assert (technical.width, technical.duration_ms) == (720, HOUR)
    assert [(t.kind, t.language) for t in technical.tracks] == [("video", None), ("subtitle", "en")]
    assert [w.code for w in record.warnings] == ["unknown-language"]


def test_an_event_may_state_its_end_or_none() -> None:
    stated = event("<PublishedEndTime>2020-01-01T10:30:00Z</PublishedEndTime>")
    found = tva(programme(), schedule(stated))
    assert found.header.covered["s1"][1] == START_MS + HOUR // 2
    open_ = event().replace("<PublishedDuration>PT1H</PublishedDuration>", "")
    found = tva(programme(), schedule(open_))
    assert found.one.airings[0].end is None
    assert found.header.covered["s1"] == (START_MS, START_MS + 1)
    assert codes(tva(programme(), schedule(event().replace("PT1H", "long")))) == ["bad-duration"]


def test_an_event_at_no_readable_time_keeps_its_programme() -> None:
    found = tva(programme(), schedule(event(start="DATE_TEMPLATET11:00:00Z")))
    assert (found.one.airings, found.one.scopes, found.one.key) == ((), (), "crid://a/1")
    assert codes(found) == ["bad-date"]


@pytest.mark.parametrize(
    ("locations", "code"),
    [
        ("<ScheduleEvent/>", "missing-id"),
        (event(), "missing-channel"),
        (
            schedule(event("<PublishedEndTime>2019-01-01T00:00:00Z</PublishedEndTime>")),
            "reversed-window",
        ),
        ("<OnDemandProgram/>", "missing-id"),
    ],
)
def test_events_that_cannot_be_placed_are_refused(locations: str, code: str) -> None:
    found = tva(programme(), locations + schedule(event(crid="crid://a/2")))
    assert found.codes == [code]
    assert "crid://a/2" in [r.own_id for r in found.records]


def test_an_event_without_its_programme_is_a_doubt() -> None:
    found = tva("", schedule(event()))
    assert (found.one.titles, codes(found)) == ((), ["no-programme"])


def test_a_programme_without_event_stands_alone() -> None:
    found = tva(programme())
    assert (found.one.key, found.one.scopes) == ("crid://a/1", ())


def test_a_programme_described_twice_is_noted() -> None:
    found = tva(programme() + programme())
    assert found.header.warnings == ["duplicate: crid://a/1 is described twice"]


@pytest.mark.parametrize(
    ("table", "code"),
    [
        (("<ProgramInformation/>", ""), "missing-id"),
        (('<ProgramInformation programId="x"/>', ""), "missing-description"),
        (("", "<GroupInformation/>"), "missing-id"),
    ],
)
def test_descriptions_that_cannot_be_named_are_refused(table: tuple[str, str], code: str) -> None:
    assert tva(table[0], groups=table[1]).codes == [code]


def test_titles_come_in_the_language_in_force_first() -> None:
    record = tva(
        '<ProgramInformation programId="c"><BasicDescription xml:lang="en">'
        '<Title type="main" xml:lang="zh">Z</Title><Title>E</Title>'
        '<Title type="secondary">01/02/2014</Title><Title type="original">O</Title>'
        '<ShortTitle>S</ShortTitle><Title type="main"/></BasicDescription></ProgramInformation>'
    )
    assert record.one.titles == (
        Text("E", "en"),
        Text("Z", "zh"),
        Text("01/02/2014", "en", "alternate"),
        Text("O", "en", "original"),
        Text("S", "en", "short"),
    )
    assert codes(record) == ["date-as-title"]


def test_a_programme_carries_its_facts() -> None:
    found = tva(
        programme(
            '<Synopsis length="short">A</Synopsis><Synopsis>B</Synopsis><Synopsis/>'
            '<Synopsis length="extended" xml:lang="q9">C</Synopsis><Keyword>k</Keyword>'
            '<Genre href="urn:dvb:metadata:cs:ContentSubject:2019:4"/><Genre/>'
            '<Genre href="urn:x:cs:2010:3.1"><Name>News</Name></Genre>'
            "<ParentalGuidance><MinimumAge>0</MinimumAge><Region>GB</Region>"
            "<ExplanatoryText>Strong language</ExplanatoryText></ParentalGuidance>"
            '<ParentalGuidance><ParentalRating href="urn:r:fifteen"/><Region>Atlantis</Region>'
            "</ParentalGuidance><ParentalGuidance><ParentalRating/></ParentalGuidance>"
            "<Language>fr</Language><Language>q9</Language><Language type='original'>de</Language>"
            "<CreditsList><CreditsItem role='urn:mpeg:mpeg7:cs:RoleCS:2001:ACTOR'><PersonName>"
            "<GivenName>A</GivenName><FamilyName>B</FamilyName></PersonName><Character>"
            "<GivenName>X</GivenName></Character></CreditsItem><CreditsItem>"
            "<PersonName>C D</PersonName></CreditsItem>"
            "<CreditsItem role='urn:tva:metadata:cs:TVARoleCS:2011:V20'>"
            "<OrganizationName>O</OrganizationName></CreditsItem><CreditsItem/></CreditsList>"
            "<RelatedMaterial><HowRelated href='urn:tva:metadata:cs:HowRelatedCS:2012:19'/>"
            "<MediaLocator><MediaUri contentType='image/png'>p.png</MediaUri></MediaLocator>"
            "<MediaLocator><MediaUri contentType='text/html'>h</MediaUri></MediaLocator>"
            "<MediaLocator/></RelatedMaterial>"
            "<ProductionDate><TimePoint>1999</TimePoint></ProductionDate>"
            "<ProductionLocation>GB</ProductionLocation><ProductionLocation>Z9</ProductionLocation>"
            "<Duration>PT50M</Duration>",
            "<OtherIdentifier type='imdb'>tt0000001</OtherIdentifier>"
            "<OtherIdentifier type='eidr'>bad</OtherIdentifier><OtherIdentifier/>"
            "<EpisodeOf crid='crid://a/s' index='4'/><MemberOf crid='crid://a/c'/><EpisodeOf/>"
            "<MemberOf xmlns:i='http://www.w3.org/2001/XMLSchema-instance' i:type='MemberOfType' "
            "crid='crid://a/b'/>",
        ),
        schedule(event()),
    )
    record = found.one
    assert [(s.value, s.language, s.length) for s in record.synopses] == [
        ("A", "en", "short"), ("B", "en", "medium"), ("C", "und", "long"),
    ]  # fmt: skip
    assert record.genres == (
        Genre("Sports", "urn:dvb:metadata:cs:ContentSubject:2019", "4"),
        Genre("News", "urn:x:cs:2010", "3.1"),
    )
    assert record.ratings == (
        Rating("minimum-age", "0", "GB", ("Strong language",)),
        Rating("urn:r", "fifteen"),
    )
    assert record.credits == (Credit("A B", "actor", "X", 1), Credit("C D", "other", None, 2))
    assert record.organisations == (Organisation("O", "production-company"),)
    assert record.artwork == (Artwork("p.png", "promotional-still"),)
    assert record.links == ("h",)
    assert (record.kind, record.episode_number, record.year) == ("episode", 4, 1999)
    assert [(p.relation, p.ids[0].value) for p in record.parents] == [
        ("series", "crid://a/s"), ("series", "crid://a/c"), ("bundle", "crid://a/b"),
    ]  # fmt: skip
    assert [(i.scheme, i.valid) for i in record.ids] == [("imdb", True), ("eidr", False)]
    assert (record.languages, record.original_language) == (("fr", "de"), "de")
    assert record.countries == ("GB",)
    assert record.technical is not None
    assert record.technical.duration_ms == 50 * 60_000  # the programme's, not the slot's
    assert sorted(set(codes(found))) == [
        "invalid-id", "rating-conflict", "unknown-language", "unknown-territory",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("value", "kind", "season"),
    [("series", "series", None), ("season", "season", 2), ("otherCollection", "bundle", None)],
)
def test_groups_are_statements_of_their_own(value: str, kind: str, season: int | None) -> None:
    record = tva(
        groups=f'<GroupInformation groupId="g"><GroupType value="{value}"/><BasicDescription>'
        '<Title>G</Title></BasicDescription><MemberOf crid="p" index="2"/></GroupInformation>'
    ).one
    assert (record.kind, record.season_number) == (kind, season)
    assert record.extra == {"group_type": value}
    bare = '<GroupInformation groupId="g"><BasicDescription/></GroupInformation>'
    assert codes(tva(groups=bare)) == ["missing-title"]


def test_on_demand_is_a_grant() -> None:
    body = (
        '<Program crid="crid://a/1"/><ProgramURL>https://u</ProgramURL>'
        "<PublishedDuration>PT1H</PublishedDuration>"
        f"<StartOfAvailability>{START}</StartOfAvailability>"
        "<EndOfAvailability>2020-02-01T00:00:00Z</EndOfAvailability>"
    )
    free = f'<OnDemandProgram serviceIDRef="od">{body}<Free value="true"/></OnDemandProgram>'
    record = tva(programme(), free).one
    (grant,) = record.grants
    assert (grant.licence, grant.platform, grant.link) == ("FREE", "od", "https://u")
    assert grant.start is not None
    assert grant.start.instant == START_MS
    assert (record.airings, record.scopes) == ((), ())
    paid = f"<OnDemandProgram>{body}</OnDemandProgram>"
    assert tva(programme(), paid).one.grants[0].licence == "OTHER"
    undated = '<OnDemandProgram><Program crid="crid://a/1"/></OnDemandProgram>'
    assert tva(programme(), undated).one.grants[0].start is None
    reversed_ = free.replace("2020-02-01", "2019-02-01")
    assert tva(programme(), reversed_).codes == ["reversed-window"]


def test_the_root_names_publisher_and_time() -> None:
    found = tva(programme(), root=f'publisher="A B" publicationTime="{START}"')
    assert (found.header.partner, found.header.time) == ("a-b", START_MS)
    found = tva(programme(), root='publicationTime="now"')
    assert found.header.warnings[0].startswith("bad-date: publicationTime")


def services(body: str, head: str = "") -> Read:
    return read(
        f'<ServiceList xmlns="urn:dvb:metadata:servicediscovery:2024" id="l" xml:lang="en">'
        f"<Name>List</Name><ProviderName>Some Provider</ProviderName>{head}{body}</ServiceList>",
        format="tva",
    )


def test_a_service_is_a_channel_without_scope_or_grant() -> None:
    found = services(
        '<Service version="2"><UniqueIdentifier>s1</UniqueIdentifier><ServiceInstance '
        'priority="2"><DASHDeliveryParameters><URI>https://b</URI></DASHDeliveryParameters>'
        '</ServiceInstance><ServiceInstance priority="1"><Availability><Period><Interval '
        'startTime="00:00:00Z" endTime="00:10:00Z"/></Period></Availability>'
        '<DVBTDeliveryParameters><DVBTriplet origNetId="1" tsId="2" serviceId="3"/>'
        "<TargetCountry>FIN,Z9</TargetCountry></DVBTDeliveryParameters><ContentAttributes>"
        '<AudioAttributes><Coding href="urn:a:4.3"/><AudioLanguage>fi</AudioLanguage>'
        "<NumOfChannels>2</NumOfChannels></AudioAttributes><AudioAttributes>"
        "<AudioLanguage>q9</AudioLanguage></AudioAttributes><VideoAttributes>"
        "<HorizontalSize>640</HorizontalSize><VerticalSize>360</VerticalSize>"
        "<FrameRate>30/1.001</FrameRate></VideoAttributes><VideoAttributes>"
        "<HorizontalSize>320</HorizontalSize><VerticalSize>180</VerticalSize></VideoAttributes>"
        "</ContentAttributes><URI>https://a</URI></ServiceInstance>"
        '<ServiceName>One</ServiceName><ServiceName xml:lang="fi">Yksi</ServiceName>'
        "<ProviderName>P</ProviderName><ServiceGenre>News</ServiceGenre>"
        '<ServiceType href="urn:t:linear"/><ServiceDescription>D</ServiceDescription>'
        "<TargetRegion>r1</TargetRegion><ContentGuideServiceRef>cg</ContentGuideServiceRef>"
        "</Service>",
        '<LCNTableList><LCNTable><LCN channelNumber="7" serviceRef="s1"/><LCN/></LCNTable>'
        "</LCNTableList><ContentGuideSource><ProviderName>G</ProviderName><Name>N</Name>"
        "</ContentGuideSource>",
    )
    record = found.one
    assert (record.kind, record.key, record.number_text) == ("channel", "s1", "7")
    assert (record.scopes, record.grants, found.header.covered) == ((), (), {})
    assert record.titles == (Text("One", "en"), Text("Yksi", "fi"))
    assert (record.countries, record.ids[0].value) == (("FI",), "1.2.3")
    assert record.links == ("https://a", "https://b")
    technical = record.technical
    assert technical is not None
    assert (technical.width, technical.height, technical.frame_rate) == (640, 360, "30000/1001")
    assert technical.tracks[0].codec == "4.3"
    assert record.languages == ("fi",)
    assert record.extra["availability"] == "00:00:00Z-00:10:00Z"
    assert record.extra["service_type"] == "urn:t:linear"
    assert (found.header.partner, found.header.feed_id) == ("some-provider", "l")
    assert set(codes(found)) == {"unknown-territory", "unknown-language"}


def test_a_service_without_id_is_keyed_by_its_name_and_test_services_are_marked() -> None:
    body = "<TestService><ServiceName>One</ServiceName></TestService>"
    record = services(body).one
    assert record.key == services("\n" + body).one.key
    assert (record.own_id, record.extra["test"]) == (None, "true")


SHARED = {
    "dvbi_extended_program_information": (1, {"date-as-title": 1}),
    "dvbi_nownext": (2, {"date-as-title": 1, "placeholder": 4, "rating-conflict": 1}),
    "dvbi_schedule_cgsid_1": (18, {"bad-date": 18, "unknown-language": 1}),
    "dvbi_servicelist_example": (13, {}),
}


@pytest.mark.shared
@pytest.mark.parametrize("name", SHARED)
def test_real_files(name: str) -> None:
    found = read_shared(f"tva/{name}.xml")
    records, doubts = SHARED[name]
    assert (found.format, found.codes, len(found.records)) == ("tva", [], records)
    assert Counter(codes(found)) == doubts
    assert not any(r.grants for r in found.records)
