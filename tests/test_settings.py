"""Settings: environment before file before default; what cannot be used is said."""

from pathlib import Path

import pytest

from ummid.errors import ConfigError
from ummid.settings import HELP, Setting, Settings

DEFAULTS = {
    "store": "var/store",
    "partners": "",
    "archive": "",
    "host": "127.0.0.1",
    "port": "8080",
    "workers": "2",
    "cache": "memory",
    "index": "yes",
    "enricher": "offline",
    "gemini_model": "gemini-3.5-flash-lite",
    "gemini_project": "",
    "gemini_location": "global",
    "enrich_tokens": "",
    "enrich_money": "",
    "enrich_prices": "",
    "embedder": "minilm",
    "embed_model": "gemini-embedding-001",
    "embed_dimensions": "768",
    "embed_tokens": "",
    "embed_money": "",
    "embed_price": "",
    "meaning_seconds": "2.5",
    "vectors": "mapped",
    "vertex_index": "",
    "vertex_endpoint": "",
    "vertex_deployed": "",
    "vertex_domain": "",
    "graph": "",
}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "mine.toml"


def test_without_anything_said_the_defaults_are_in_force(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    settings = Settings({})
    assert {s.name: s.value for s in settings.all()} == DEFAULTS
    assert {s.origin for s in settings.all()} == {"default"}
    assert settings.store == Path("var/store")
    assert settings.partners is None
    assert settings.precedence.order == {}
    assert HELP.keys() == DEFAULTS.keys()


@pytest.mark.parametrize(
    ("environment", "text", "setting"),
    [
        ({}, "", Setting("port", "8080", "default")),
        ({}, "port = 81", Setting("port", "81", "{file}")),
        ({}, 'port = "81"', Setting("port", "81", "{file}")),
        ({"UMMID_PORT": "82"}, "port = 81", Setting("port", "82", "environment UMMID_PORT")),
        ({"UMMID_PORT": "82"}, "", Setting("port", "82", "environment UMMID_PORT")),
        ({"UMMID_PORT": ""}, "port = 81", Setting("port", "81", "{file}")),
        ({"PORT": "82", "UMMID_HOST": "x"}, "", Setting("port", "8080", "default")),
    ],
)
def test_the_environment_comes_before_the_file_and_that_before_the_default(
    file: Path, environment: dict[str, str], text: str, setting: Setting
) -> None:
    file.write_text(text, encoding="utf-8")
    found = Settings(environment, file).setting("port")
    assert found == Setting(
        setting.name, setting.value, setting.origin.replace("{file}", str(file))
    )


def test_the_file_is_the_one_named_else_the_one_of_the_environment_else_that_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("here", "there", "named"):
        (tmp_path / f"{name}.toml").write_text(f'store = "{name}"', encoding="utf-8")
    (tmp_path / "here.toml").rename(tmp_path / "ummid.toml")
    there = {"UMMID_CONFIG": str(tmp_path / "there.toml")}
    assert Settings({}).store == Path("here")
    assert Settings(there).store == Path("there")
    assert Settings(there, tmp_path / "named.toml").store == Path("named")
    assert Settings({"UMMID_CONFIG": ""}).store == Path("here")


def test_paths_and_precedence_are_read(file: Path) -> None:
    file.write_text(
        'store = "s"\npartners = "p.toml"\n[precedence]\nrights = ["legal", "*"]\nfacts = []\n',
        encoding="utf-8",
    )
    settings = Settings({}, file)
    assert (settings.store, settings.partners) == (Path("s"), Path("p.toml"))
    assert settings.precedence.order == {"rights": ("legal", "*"), "facts": ()}


BROKEN = [
    ("stroe = 1", r"unknown setting stroe; there are store, partners, .* and \[precedence\]"),
    ("b = 1\na = 1", "unknown setting a, b;"),
    ("store = ", "Invalid value"),
    ('store = ["a"]', 'store takes a text or a number, as in store = "var/store"'),
    ("[port]", 'port takes a text or a number, as in port = "8080"'),
]


@pytest.mark.parametrize(("text", "message"), BROKEN)
def test_a_file_that_cannot_be_used_is_said(file: Path, text: str, message: str) -> None:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=message) as raised:
        Settings({}, file)
    assert str(raised.value).startswith(f"{file}: ")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("precedence = 1", r"\[precedence\] takes lists of partners"),
        ('[precedence]\nrights = "legal"', r"takes lists of partners, as in rights = \["),
        ("[precedence]\nrights = [1]", "takes lists of partners"),
        (
            '[precedence]\nright = ["legal"]',
            "has no field group 'right'; there are: titles, .*rights",
        ),
    ],
)
def test_a_precedence_that_cannot_be_used_is_said(file: Path, text: str, message: str) -> None:
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        _ = Settings({}, file).precedence


def test_a_file_that_was_named_must_be_there_and_be_text(file: Path, tmp_path: Path) -> None:
    for environment, named in (({}, file), ({"UMMID_CONFIG": str(file)}, None)):
        with pytest.raises(ConfigError, match=f"there is no settings file {file}"):
            Settings(environment, named)
    with pytest.raises(ConfigError, match=f"{tmp_path}: .*[Dd]irectory"):
        Settings({}, tmp_path)
    file.write_bytes(b"store = '\xff'")
    with pytest.raises(ConfigError, match=f"{file}: .*utf-8"):
        Settings({}, file)


@pytest.mark.parametrize(("said", "means"), [("yes", True), ("no", False)])
def test_indexing_is_on_or_off(said: str, means: bool) -> None:
    assert Settings({"UMMID_INDEX": said}).index is means


def test_another_word_for_indexing_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"index = 'maybe' .*say yes or no"):
        _ = Settings({"UMMID_INDEX": "maybe"}).index


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("redis://ann:s3c/r@t@cache:6379/0", "redis://ann:…@cache:6379/0"),
        ("redis://:secret@cache", "redis://:…@cache"),
        ("redis://cache:6379/0", "redis://cache:6379/0"),
        ("memory", "memory"),
    ],
)
def test_a_password_is_not_shown(said: str, shown: str) -> None:
    setting = Settings({"UMMID_CACHE": said}).setting("cache")
    assert (setting.value, setting.shown) == (said, shown)
