"""The settings choose the enricher, and say what they lack."""

from pathlib import Path

import pytest

from ummid.enrich.choose import chosen
from ummid.errors import ConfigError
from ummid.models.enricher import Enricher
from ummid.models.gemini import GeminiEnricher
from ummid.models.offline import OfflineEnricher
from ummid.settings import Settings


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def enricher_of(**environment: str) -> Enricher:
    found = chosen(Settings(environment))
    assert found is not None
    return found.make()


def test_without_settings_nothing_leaves_the_machine() -> None:
    assert isinstance(enricher_of(), OfflineEnricher)


def test_gemini_is_asked_as_the_settings_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GOOGLE_API_KEY", "k")
    enricher = enricher_of(
        UMMID_ENRICHER="gemini",
        UMMID_GEMINI_MODEL="gemini-x",
        UMMID_ENRICH_TOKENS="1e6",
        UMMID_ENRICH_MONEY="2.5",
        UMMID_ENRICH_PRICES="0.3/2.5",
    )
    assert isinstance(enricher, GeminiEnricher)
    assert enricher.model == "gemini-x"
    assert (enricher.budget.tokens, enricher.budget.money) == (1_000_000, 2.5)
    enricher.close()


def test_nobody_may_be_chosen() -> None:
    assert chosen(Settings({"UMMID_ENRICHER": "none"})) is None


@pytest.mark.parametrize(
    ("environment", "said"),
    [
        ({"UMMID_ENRICHER": "oracle"}, "offline, gemini and none"),
        ({"UMMID_ENRICHER": "gemini", "UMMID_ENRICH_MONEY": "1"}, "prices"),
        ({"UMMID_ENRICHER": "gemini", "UMMID_ENRICH_TOKENS": "many"}, "enrich_tokens"),
        ({"UMMID_ENRICHER": "gemini", "UMMID_ENRICH_TOKENS": "-1"}, "enrich_tokens"),
        ({"UMMID_ENRICHER": "gemini", "UMMID_ENRICH_PRICES": "cheap"}, "per million"),
    ],
)
def test_settings_that_cannot_be_used_are_said(environment: dict[str, str], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        enricher_of(**environment)
