"""Profiles are read from TOML; what cannot be used as written says file, key and what to do."""

from pathlib import Path

import pytest

from ummid.errors import ConfigError
from ummid.feeds.connector import Profile
from ummid.partners import Partners, load_partners

ACME = """
[partner.acme]
files = ["acme/*.xml", "acme-*.csv"]
mode = "snapshot"
scope = "acme-vod"
assumed_zone = "Europe/Paris"
territories = ["FR", "Mordor"]
currency = "eur"
platform = "Box"
licence = "SVOD"
date_formats = ["%d/%m/%Y"]
aliases = { Mordor = "NZ" }
hold_share = 0.3

[partner.acme.mapping]
title = "Nombre"
"title:fr" = "Titre"
genres = { column = "Géneros", separator = ";" }
runtime = { column = "Minutos", unit = "min" }
"""


def load(tmp_path: Path, text: str) -> Partners:
    path = tmp_path / "partners.toml"
    path.write_text(text, encoding="utf-8")
    return Partners.load(path)


def test_every_setting_of_a_profile_is_read(tmp_path: Path) -> None:
    assert load(tmp_path, ACME).profile_for("x", "acme") == Profile(
        partner="acme",
        mode="snapshot",
        scope="acme-vod",
        assumed_zone="Europe/Paris",
        territories=("FR", "NZ"),
        currency="EUR",
        platform="Box",
        licence="SVOD",
        date_formats=("%d/%m/%Y",),
        aliases={"Mordor": "NZ"},
        mapping={
            "title": "Nombre",
            "title:fr": "Titre",
            "genres": "Géneros|sep=;",
            "runtime": "Minutos|unit=min",
        },
        hold_share=0.3,
    )


@pytest.mark.parametrize(
    ("path", "partner"),
    [
        ("acme/a.xml", "acme"),
        ("in/acme/a.xml", "acme"),
        ("gs://bucket/acme/2024/a.xml", "acme"),
        ("in\\acme\\a.xml", "acme"),
        ("acme-1.csv", "acme"),
        ("acme/a.csv", None),
        ("notacme/a.xml", None),
    ],
)
def test_a_file_belongs_to_the_partner_whose_pattern_it_matches(
    tmp_path: Path, path: str, partner: str | None
) -> None:
    assert load(tmp_path, ACME).profile_for(path).partner == partner


def test_a_declared_partner_comes_before_patterns_and_may_be_unknown(tmp_path: Path) -> None:
    partners = load(tmp_path, ACME)
    assert partners.profile_for("acme/a.xml", "other") == Profile(partner="other")
    assert Partners().profile_for("a.xml") == Profile()
    assert load_partners(None) == Partners()
    assert load_partners(tmp_path / "partners.toml") == partners


def test_the_longest_pattern_wins_and_a_draw_is_an_error(tmp_path: Path) -> None:
    text = """
    [partner.all]
    files = ["in/*"]
    [partner.one]
    files = ["in/one-*"]
    [partner.two]
    files = ["in/*-two"]
    """
    partners = load(tmp_path, text)
    assert partners.profile_for("in/x").partner == "all"
    assert partners.profile_for("in/one-x").partner == "one"
    with pytest.raises(ConfigError, match="make one pattern longer"):
        partners.profile_for("in/one-two")


def test_a_folder_of_profiles_is_one_set(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("[partner.a]\n", encoding="utf-8")
    (tmp_path / "b.toml").write_text('[partner.b]\npartner = "bee"\n', encoding="utf-8")
    (tmp_path / "notes.txt").write_text("not TOML", encoding="utf-8")
    partners = Partners.load(tmp_path)
    assert sorted(partners.profiles) == ["a", "b"]
    assert partners.profile_for("x", "b").partner == "bee"
    (tmp_path / "c.toml").write_text("[partner.a]\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"c\.toml: partner\.a is already in .*a\.toml"):
        Partners.load(str(tmp_path))


BROKEN = [
    ("mode = ", "cannot be read as TOML"),
    ("[partners.acme]\n", r"partners: profiles are tables named \[partner\.<name>\]"),
    ("partner = 1\n", "partner: write a table"),
    ("[partner]\nacme = 1\n", r"partner\.acme: must be a table"),
    ('[partner."Acme TV"]\n', "call it 'acme-tv'"),
    (
        "[partner.a]\nteritories = []\n",
        r"a\.teritories: is no setting \(did you mean 'territories'",
    ),
    ('[partner.a]\nmode = "snapshop"\n', r"a\.mode: 'snapshop' must be one of .*'snapshot'"),
    ("[partner.a]\nmode = []\n", r"a\.mode: \[\] must be one of"),
    ('[partner.a]\nlicence = "Subs"\n', r"a\.licence: 'Subs' must be one of"),
    ('[partner.a]\nfiles = "x"\n', r"a\.files: must be a list of texts"),
    ("[partner.a]\nscope = 1\n", r"a\.scope: must be a text"),
    ('[partner.a]\nassumed_zone = "Mars/Base"\n', r"a\.assumed_zone: .* IANA time zone"),
    ('[partner.a]\nassumed_zone = "+9"\n', r"a\.assumed_zone: .* IANA time zone"),
    ('[partner.a]\nterritories = ["ZQ"]\n', r"a\.territories: 'ZQ' is no ISO 3166 code"),
    ('[partner.a]\ncurrency = "euro"\n', r"a\.currency: 'euro' is no ISO 4217"),
    ('[partner.a]\ndate_formats = ["dmy"]\n', r"a\.date_formats: 'dmy' has no directive"),
    ("[partner.a]\naliases = 1\n", r"a\.aliases: must be a table"),
    ('[partner.a]\naliases = { x = "ZQ" }\n', r"a\.aliases\.x: 'ZQ' is no ISO 3166 code"),
    ("[partner.a]\nhold_share = 3\n", r"a\.hold_share: must be a share from 0 to 1"),
    ("[partner.a]\nhold_share = true\n", r"a\.hold_share: must be a share"),
    ('[partner.a.mapping]\ntitel = "x"\n', r"a\.mapping\.titel: .*did you mean 'title'"),
    ("[partner.a.mapping]\ntitle = 3\n", r"a\.mapping\.title: must be a text"),
    ('[partner.a.mapping]\ntitle = { name = "x" }\n', r"mapping\.title\.name: is no setting"),
    ('[partner.a.mapping]\ntitle = { unit = "s" }\n', r"mapping\.title\.column: must be a text"),
    (
        '[partner.a.mapping]\ntitle = { column = "x", unit = 1 }\n',
        r"mapping\.title\.unit: must be a text",
    ),
    ('[partner.a.mapping]\nruntime = "x|unit=weeks"\n', "must be ms, s, min or h"),
]


@pytest.mark.parametrize(("text", "message"), BROKEN)
def test_a_setting_that_cannot_be_used_says_where_and_what_to_do(
    tmp_path: Path, text: str, message: str
) -> None:
    with pytest.raises(ConfigError, match=message) as raised:
        load(tmp_path, text)
    assert str(tmp_path / "partners.toml") in str(raised.value)


def test_a_path_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no such file or folder"):
        Partners.load(tmp_path / "none.toml")
