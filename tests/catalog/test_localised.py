"""A title in the language asked for: that one, its nearest variety, the original, English, any."""

import pytest

from ummid.catalog.localised import language_shown, localised
from ummid.catalog.model import Synopsis, Text
from ummid.catalog.title import Title

TITLE = Title(
    id="a",
    kind="film",
    title="夜の灯台",
    year=2019,
    original_language="ja",
    titles=(
        Text("Night Lighthouse", "en"),
        Text("Le Phare", "fr-FR"),
        Text("Le Phare de nuit", "fr", territory="CA"),
        Text("夜灯塔", "zh-Hans"),
        Text("夜燈塔", "zh-TW"),
        Text("Faro", "es-419"),
        Text("El faro", "es"),
        Text("夜の灯台", "ja", "original"),
        Text("Lighthouse"),
        Text("lighthouse, night", "en", "sort"),
    ),
    synopses=(
        Synopsis("Kort.", "nb", "short"),
        Synopsis("Short.", "en", "short"),
        Synopsis("Moyen.", "fr"),
    ),
)


@pytest.mark.parametrize(
    ("wanted", "shown", "language"),
    [
        ("fr-CA", "Le Phare de nuit", "fr"),
        ("fr-FR", "Le Phare", "fr-FR"),
        ("fr", "Le Phare", "fr-FR"),
        ("es-MX", "Faro", "es-419"),
        ("es-ES", "El faro", "es"),
        ("es", "El faro", "es"),
        ("zh-HK", "夜燈塔", "zh-TW"),
        ("zh", "夜灯塔", "zh-Hans"),
        ("en-AU", "Night Lighthouse", "en"),
        ("ja", "夜の灯台", "ja"),
        ("de", "夜の灯台", "ja"),
    ],
)
def test_the_nearest_title_is_shown(wanted: str, shown: str, language: str) -> None:
    found = localised(TITLE, wanted)
    assert (found.title, language_shown(found)) == (shown, language)


@pytest.mark.parametrize(
    ("texts", "original", "shown"),
    [
        ((Text("D", "de"), Text("E", "en"), Text("U")), "de", "D"),
        ((Text("D", "de"), Text("E", "en"), Text("U")), None, "E"),
        ((Text("U"), Text("D", "de"), Text("C", "cs")), None, "C"),
        ((Text("S", "en", "sort"), Text("U")), None, "U"),
        ((Text("A", "fr", "alternate"), Text("E", "en")), "en", "A"),
        ((Text("F", "fr", territory="BE"), Text("E", "en")), "en", "F"),
        ((Text("S", "en", "sort"),), "en", "kept"),
    ],
)
def test_without_the_language_the_original_then_english_then_any(
    texts: tuple[Text, ...], original: str | None, shown: str
) -> None:
    title = Title(id="a", kind="film", title="kept", titles=texts, original_language=original)
    for order in (texts, texts[::-1]):
        one = Title(id="a", kind="film", title="kept", titles=order, original_language=original)
        assert localised(one, "fr").title == shown
        assert localised(one, "fr") == localised(title, "fr")


def test_one_text_stays_per_use_and_length_and_all_else_as_it_was() -> None:
    found = localised(TITLE, "fr-CA")
    assert found.titles == (
        Text("Le Phare de nuit", "fr", territory="CA"),
        Text("夜の灯台", "ja", "original"),
        Text("lighthouse, night", "en", "sort"),
    )
    assert set(found.synopses) == {Synopsis("Moyen.", "fr"), Synopsis("Short.", "en", "short")}
    assert (found.id, found.year, found.original_language) == ("a", 2019, "ja")
    assert Synopsis("Kort.", "nb", "short") in localised(TITLE, "no").synopses


def test_a_text_of_no_stated_language_is_shown_as_such() -> None:
    found = localised(Title(id="a", kind="film", titles=(Text("U"),)), "fr")
    assert (found.title, language_shown(found)) == ("U", None)
