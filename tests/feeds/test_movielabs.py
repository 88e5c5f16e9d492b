"""What MovieLabs formats share."""

import json
from pathlib import Path

import pytest
from lxml import etree

from tests.shared import shared_path
from ummid.catalog.model import ExternalId, Kind, Organisation, Rating, Warning
from ummid.catalog.territories import Territories
from ummid.feeds import movielabs as ml
from ummid.feeds.movielabs_ratings import is_known


def element(xml: str) -> etree._Element:
    return etree.fromstring(f'<x xmlns="http://www.movielabs.com/schema/md/v2.8/md">{xml}</x>')


@pytest.mark.parametrize(
    ("namespace", "expected"),
    [
        ("http://www.movielabs.com/schema/mdmec/v2.8", ("mdmec", "2.8")),
        ("http://www.movielabs.com/schema/md/v2.7.1/md", ("md", "2.7.1")),
        ("http://www.movielabs.com/schema/avails/v2.2.2/avails", ("avails", "2.2.2")),
        ("http://www.movielabs.com/schema/manifest/v1.13/manifest/", ("manifest", "1.13")),
        ("https://movielabs.com/schema/mdmec/v3", ("mdmec", "3")),
        ("http://www.w3.org/2000/09/xmldsig#", None),
        ("", None),
    ],
)
def test_a_namespace_names_a_family_and_a_version(
    namespace: str, expected: tuple[str, str] | None
) -> None:
    assert ml.family(namespace) == expected


def test_only_an_unknown_version_is_warned_of() -> None:
    assert ml.version_warning("mdmec", "2.12") is None
    assert "mdmec 9.9" in (ml.version_warning("mdmec", "9.9") or "")


@pytest.mark.parametrize(
    ("work_type", "kind"),
    [
        ("Movie", "film"),
        ("movie", "film"),
        (" SERIES ", "series"),
        ("Season", "season"),
        ("Episode", "episode"),
        ("Short", "short"),
        ("Non-episodic Show", "special"),
        ("non episodic show", "special"),
        ("Promotion", "trailer"),
        ("Supplemental", "extra"),
        ("Excerpt", "extra"),
        ("Collection", "bundle"),
        ("Volume", "bundle"),
        ("Tournament Stage", "event"),
        ("DistributionLogo", "asset"),
        ("Monographic-series", "unknown"),
        ("TV Episode", "episode"),
        ("Mini-Series", "series"),
        ("no such word", "unknown"),
        ("", "unknown"),
    ],
)
def test_a_work_type_names_a_kind(work_type: str, kind: Kind) -> None:
    assert ml.work_kind(work_type) == kind


def test_all_44_work_types_of_every_vocabulary_are_mapped() -> None:
    folder = Path(shared_path("feeds/xsd/movielabs"))
    stated = {
        word
        for path in folder.glob("vocab_cm_*.json")
        for word in json.loads(path.read_text())["cm"]["WorkType"]
    }
    assert len(stated) == 44
    assert {"".join(c for c in w.casefold() if c.isalnum()) for w in stated} == ml.WORK_TYPES


@pytest.mark.parametrize(
    ("kind", "scope"), [("series", "series"), ("season", "season"), ("film", "title")]
)
def test_an_id_names_what_its_title_is(kind: Kind, scope: str) -> None:
    assert ml.id_scope(kind) == scope


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("", ()),
        (
            "md:cid:eidr-s:7791-8534-2C23-9030-8610-5",
            ("eidr", "10.5240/7791-8534-2C23-9030-8610-5", True),
        ),
        (
            "md:cid:eidr-s:7791-8534-2C23-9030-8610-6",
            ("eidr", "10.5240/7791-8534-2C23-9030-8610-6", False),
        ),
        (
            "md:cid:eidr-x:7791-8534-2C23-9030-8610-5:cut",
            ("movielabs", "md:cid:eidr-x:7791-8534-2C23-9030-8610-5:cut", True),
        ),
        ("md:cid:org:acme:1", ("movielabs", "md:cid:org:acme:1", True)),
        ("02485", ("partner", "02485", True)),
    ],
)
def test_a_content_id_is_an_eidr_a_name_or_the_partners_own(
    raw: str, expected: tuple[str, str, bool] | tuple[()]
) -> None:
    warnings: list[Warning] = []
    found = ml.content_id(raw, "ids", warnings)
    assert [(i.scheme, i.value, i.valid) for i in found] == ([expected] if expected else [])
    assert [w.code for w in warnings] == ["invalid-id" for i in found if not i.valid]


@pytest.mark.parametrize(
    ("xml", "expected"),
    [
        (
            "<Namespace>IMDB</Namespace><Identifier>tt0000001</Identifier>",
            ExternalId("imdb", "tt0000001"),
        ),
        (
            "<Namespace>House</Namespace><Identifier>7</Identifier><Scope>Edit</Scope>",
            ExternalId("house", "7", "edit"),
        ),
        ("<Namespace>ORG</Namespace>", None),
    ],
)
def test_an_alternate_identifier_keeps_its_scheme(xml: str, expected: ExternalId | None) -> None:
    assert ml.alternate_id(element(xml), "ids", []) == ((expected,) if expected else ())


def test_languages_are_read_once_each_and_unreadable_ones_are_warned_of() -> None:
    warnings: list[Warning] = []
    assert ml.languages(["en", "EN", "de-DE", "HK"], "languages", warnings) == ("en", "de-DE")
    assert [w.message for w in warnings] == ["'HK' names no language"]
    assert ml.language_tag(None, "titles", warnings) == "und"
    assert len(warnings) == 1


RATINGS = """
<Rating><Region><country>DE</country></Region><System>FSK</System><Value>16</Value></Rating>
<Rating><Region><country>DE</country></Region><System>FSK</System><Value>16</Value></Rating>
<Rating><Region><countryRegion>CA-QC</countryRegion></Region><System>RCQ</System><Value>13+</Value>
  <Reason>V</Reason><Reason value="L"/><Reason/></Rating>
<Rating><Region><country>JJ</country></Region><System>MPAA</System><Value>ZZZ</Value></Rating>
<Rating><System>TVPG</System><Value>TV14</Value></Rating>
<Rating><System/><Value/></Rating>
<NotRated condition="exempt">true</NotRated>
<NotRated>true</NotRated>
<AdultContent>false</AdultContent>
"""


def test_ratings_keep_their_region_and_reasons_and_doubts_are_said() -> None:
    found, warnings = ml.ratings(element(RATINGS), Territories())
    assert found == (
        Rating("FSK", "16", "DE"),
        Rating("RCQ", "13+", "CA-QC", ("V", "L")),
        Rating("MPAA", "ZZZ"),
        Rating("TVPG", "TV14"),
        Rating("NotRated", "true", reasons=("exempt",)),
        Rating("NotRated", "true"),
    )
    assert [w.code for w in warnings] == ["unknown-rating", "unknown-territory", "empty-rating"]


@pytest.mark.parametrize(
    ("system", "value", "known"),
    [
        ("MPAA", "PG-13", True),
        ("MPA", "pg13", True),
        ("VCHIP", "TV-MA", True),
        ("TVPG", "TV-14 ", True),
        ("MPAA", "UNRATED", True),
        ("BBFC", "Not Rated", True),
        ("MPAAT", "GB", True),
        ("MPAAT", "ZZZ", False),
        ("NoSuchSystem", "G", False),
    ],
)
def test_a_rating_is_looked_up_in_the_list_of_systems(system: str, value: str, known: bool) -> None:
    assert is_known(system, value) is known


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("2013", ("2013", "year")),
        ("2013Z", ("2013", "year")),
        ("2013-10", ("2013-10", "month")),
        ("2013-10-25", ("2013-10-25", "day")),
        ("2013-10-25T20:00:00+02:00", ("2013-10-25", "day")),
        ("2013-13-01", None),
        ("25/10/2013", None),
        ("", None),
    ],
)
def test_a_release_date_keeps_its_precision(raw: str, expected: tuple[str, str] | None) -> None:
    assert ml.release_date(raw) == expected


@pytest.mark.parametrize(
    ("raw", "expected", "codes"),
    [
        ("PT117M00.0S", 7_020_000, []),
        ("", None, []),
        ("PT0S", 0, ["implausible-duration"]),
        ("PT25H", 90_000_000, ["implausible-duration"]),
        ("90 min", None, ["bad-duration"]),
    ],
)
def test_a_run_length_is_kept_with_its_doubts(
    raw: str, expected: int | None, codes: list[str]
) -> None:
    warnings: list[Warning] = []
    assert ml.duration(raw, warnings) == expected
    assert [w.code for w in warnings] == codes


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("plain text", "plain text"),
        ("<p>One<br/>two &amp; <b>three</b></p>", "One two & three"),
        ("R&amp;B", "R&B"),
        ("A <i>word</i>.", "A word."),
        ("3 < 4 > 2", "3 < 4 > 2"),
    ],
)
def test_markup_in_a_description_becomes_text(raw: str, expected: str) -> None:
    assert ml.plain(raw) == expected


def test_a_number_that_is_none_is_a_warning() -> None:
    warnings: list[Warning] = []
    assert [ml.integer(raw, "n", warnings) for raw in ("", "7", "7a")] == [None, 7, None]
    assert [w.code for w in warnings] == ["bad-number"]


def test_an_organisation_is_named_or_known_by_its_id() -> None:
    named = element("<DisplayName>Acme</DisplayName>")
    named.set("organizationID", "md:orgid:acme")
    bare = element("")
    assert ml.organisation(named, "licensor") == Organisation("Acme", "licensor", "md:orgid:acme")
    assert ml.organisation(bare, "licensor") is None
    bare.set("organizationID", "7")
    assert ml.organisation(bare, "licensor") == Organisation("7", "licensor", "7")


def test_regions_that_name_no_territory_are_warned_of() -> None:
    warnings: list[Warning] = []
    assert ml.territory("usa", Territories(), "countries", warnings) == "US"
    assert ml.territory("JJ", Territories(), "countries", warnings) is None
    assert [w.code for w in warnings] == ["unknown-territory"]
    assert list(ml.region_codes(element("<country>US</country><other/>"))) == ["US"]
