"""A row with territories, a licence, a window or a price is an offer; any other is none."""

from typing import Any

import pytest

from tests.feeds.reading import Read, read
from ummid.catalog.grants import LanguageTerm, Price, TerritorySet

DAY = 86_400_000
MAY_2024 = 1_714_521_600_000


def table(text: str, **profile: Any) -> Read:
    return read(text, "offers.csv", "tabular", **profile)


def test_every_term_of_an_offer_is_taken() -> None:
    text = (
        "id,title,country,excluded territories,licence type,start,end,price,wsp,currency,platform,"
        "quality,audio languages,subtitles,exclusive,contract,licensor\n"
        "f1,Ferry,FR|Belgium,BE,rent,2024-05-01,2024-05-31,3.99,2,eur,Box,HD|UHD,fr|en,de,yes,K1,L\n"
    )
    record = table(text).one
    (grant,) = record.grants
    assert record.key == f"f1/{grant.key}"
    assert (record.own_id, record.countries, record.extra) == ("f1", (), {})
    assert grant.territories == TerritorySet(("FR", "BE"), ("BE",))
    assert (grant.licence, grant.licence_text, grant.platform) == ("VOD", "rent", "Box")
    assert grant.start
    assert grant.end
    assert (grant.start.kind, grant.start.instant) == ("date", MAY_2024)
    assert grant.end.instant == MAY_2024 + 31 * DAY
    assert grant.prices == (Price("SRP", "3.99", "EUR"), Price("WSP", "2", "EUR"))
    assert grant.qualities == ("HD", "UHD")
    assert grant.languages == (
        LanguageTerm("fr", "asset", "audio"),
        LanguageTerm("en", "asset", "audio"),
        LanguageTerm("de", "asset", "subtitle"),
    )
    assert (grant.exclusive, grant.contract, grant.licensor) == (True, "K1", "L")


def test_terms_without_an_offer_stay_with_the_title() -> None:
    record = table("title,country,platform,audio languages\nA,FR,Box,fr|it\n").one
    assert (record.grants, record.countries, record.languages) == ((), ("FR",), ("fr", "it"))
    assert record.extra == {"platform": "Box", "audio languages": "fr|it"}
    offered = table("title,currency,exclusive,audio languages\nA,EUR,no,fr|it\n").one
    assert (offered.grants, offered.languages) == ((), ("fr", "it"))
    assert offered.extra == {"currency": "EUR", "exclusive": "no", "audio languages": "fr|it"}


def test_two_offers_of_a_title_have_two_keys_and_a_redelivery_the_same_ones() -> None:
    text = "id,title,territory,licence\nf1,Ferry,FR,SVOD\nf1,Ferry,DE,SVOD\n"
    first, again = table(text).records, table(text).records
    keys = [r.key for r in first]
    assert len(set(keys)) == 2
    assert keys == [r.key for r in again]
    assert {r.own_id for r in first} == {"f1"}
    stated = table("id,title,avail_id,territory\nf1,Ferry,a9,FR\nf1,Ferry,a9,DE\n").records
    assert len({r.key for r in stated}) == 1
    assert stated[0].grants[0].stated_key == "a9"


@pytest.mark.parametrize(
    ("stated", "licence", "codes"),
    [
        ("SVOD", "SVOD", []),
        ("subscription", "SVOD", []),
        ("Rental", "VOD", []),
        ("Buy", "EST", []),
        ("free", "FREE", []),
        ("AVOD", "AVOD", []),
        ("FAST", "FAST", []),
        ("barter", "OTHER", ["unknown-licence"]),
    ],
)
def test_licences_are_never_mistaken_for_subscription(
    stated: str, licence: str, codes: list[str]
) -> None:
    record = table(f"title,licence\nA,{stated}\n").one
    assert (record.grants[0].licence, record.grants[0].licence_text) == (licence, stated)
    assert [w.code for w in record.warnings] == codes


def test_what_a_table_does_not_say_comes_from_the_profile() -> None:
    (grant,) = table(
        "title,start,price\nA,2024-05-01 10:00,4\n",
        territories=("FR",),
        licence="SVOD",
        currency="EUR",
        platform="Box",
        assumed_zone="Europe/Paris",
    ).one.grants
    assert grant.territories == TerritorySet(("FR",))
    assert (grant.licence, grant.platform, grant.prices[0].currency) == ("SVOD", "Box", "EUR")
    assert grant.start
    assert grant.start.instant == MAY_2024 + 8 * 3_600_000
    silent = table("title,start\nA,2024-05-01\n").one.grants[0]
    assert (silent.territories, silent.licence) == (None, "OTHER")


@pytest.mark.parametrize(
    ("start", "end", "profile", "instants"),
    [
        ("1714521600000", "", {}, (MAY_2024, None)),
        (
            "01/05/2024",
            "02/05/2024",
            {"date_formats": ("%d/%m/%Y",)},
            (MAY_2024, MAY_2024 + 2 * DAY),
        ),
        ("2024-05-01", "Open", {"date_formats": ("%d/%m/%Y",)}, (MAY_2024, None)),
        ("05-01-24", "", {"mapping": {"start": "start|format=%m-%d-%y"}}, (MAY_2024, None)),
    ],
)
def test_windows_are_read_as_declared(
    start: str, end: str, profile: dict[str, Any], instants: tuple[int, int | None]
) -> None:
    (grant,) = table(f"title,start,end\nA,{start},{end}\n", **profile).one.grants
    assert (
        grant.start.instant if grant.start else None,
        grant.end.instant if grant.end else None,
    ) == instants


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("A,Utopia,2024-05-01,", "unknown-territory"),
        ("A,FR,soon,", "bad-date"),
        ("A,FR,01/05/2024,", "bad-date"),
        ("A,FR,2024-05-02,2024-04-01", "reversed-window"),
    ],
)
def test_an_offer_that_cannot_be_read_rejects_its_row_alone(row: str, code: str) -> None:
    found = table(f"title,territory,start,end\n{row}\nB,FR,2024-05-01,\n")
    assert found.codes == [code]
    assert [r.titles[0].value for r in found.records] == ["B"]


def test_a_bad_date_is_refused_also_where_another_format_is_declared() -> None:
    found = table("title,start\nA,soon\n", date_formats=("%d/%m/%Y",))
    assert found.codes == ["bad-date"]


def test_a_row_that_withdraws_an_offer_is_not_checked_for_its_window() -> None:
    record = table("id,title,start,end,action\n1,A,2024-05-02,gone,delete\n").one
    assert (record.action, record.grants[0].end.raw) == ("delete", "gone")  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("territory", "included"),
    [("WORLD", ("WORLD",)), ("US CA", ("US", "CA")), ("NA", ("NA",)), ("United Kingdom", ("GB",))],
)
def test_territories_as_people_write_them(territory: str, included: tuple[str, ...]) -> None:
    (grant,) = table(f"title,territory\nA,{territory}\n").one.grants
    assert grant.territories == TerritorySet(included)


def test_everywhere_but_somewhere_is_the_world_without_it() -> None:
    (grant,) = table("title,licence,excluded countries\nA,EST,US|CA\n").one.grants
    assert grant.territories == TerritorySet(("WORLD",), ("US", "CA"))


@pytest.mark.parametrize(
    ("price", "currency", "expected", "codes"),
    [
        ("4,99 €", "", Price("SRP", "4.99", "EUR"), []),
        ("£1,299.00", "", Price("SRP", "1299.00", "GBP"), []),
        ("$3.50", "usd", Price("SRP", "3.50", "USD"), []),
        ("New Release", "", Price("SRP", None, None, "New Release"), []),
        ("3", "XXX", Price("SRP", "3", "XXX"), ["unknown-currency"]),
    ],
)
def test_prices(price: str, currency: str, expected: Price, codes: list[str]) -> None:
    record = table(f'title,price,currency\nA,"{price}",{currency}\n').one
    assert record.grants[0].prices == (expected,)
    assert [w.code for w in record.warnings] == codes


def test_an_unknown_language_of_an_offer_is_a_doubt() -> None:
    record = table("title,licence,subtitles\nA,EST,Klatchianese\n").one
    assert record.grants[0].languages == ()
    assert [w.code for w in record.warnings] == ["unknown-language"]
