"""What a model is told: visible partner text, cut to size."""

import msgspec
import pytest

from ummid.catalog.model import Credit, Genre, Rating, Synopsis, Text
from ummid.catalog.title import Title
from ummid.models.enricher import Person, TitleFacts, Told
from ummid.models.facts import PEOPLE, SYNOPSES, SYNOPSIS_LENGTH, clean, facts_of

TITLE = Title(
    id="00" * 10,
    kind="film",
    title="Le  Port",
    year=1994,
    titles=(
        Text("Le Port", "fr"),
        Text("The Harbour", "en", "alternate"),
        Text("Port, Le", "fr", "sort"),
    ),
    synopses=(
        Synopsis("Court.", "fr", "short"),
        Synopsis("Un texte plus long.", "fr", "long"),
        Synopsis("A text.", "en"),
        Synopsis("\u200b", "de"),
    ),
    genres=(Genre("Thriller"), Genre("Thriller", "other"), Genre(" ")),
    keywords=("sea",),
    credits=(Credit("Ada Lund", "director"), Credit("Ada Lund", "director", "twice")),
    ratings=(Rating("CSA", "12", reasons=("fear",)),),
    languages=("fr",),
    countries=("FR",),
)


def test_a_title_is_told_without_its_id() -> None:
    assert facts_of(TITLE) == TitleFacts(
        kind="film",
        language="fr",
        title="Le Port",
        names=("Le Port", "The Harbour"),
        year=1994,
        languages=("fr",),
        countries=("FR",),
        genres=("Thriller",),
        keywords=("sea",),
        people=(Person("Ada Lund", "director"),),
        ratings=("12",),
        rating_reasons=("fear",),
        synopses=(Told("Un texte plus long.", "fr"), Told("A text.", "en"), Told("Court.", "fr")),
    )
    assert facts_of(msgspec.structs.replace(TITLE, id="11" * 10)) == facts_of(TITLE)


@pytest.mark.parametrize(
    ("title", "asked", "language"),
    [
        (TITLE, "de", "de"),
        (TITLE, None, "fr"),
        (Title(id="1", kind="film"), None, "en"),
        (Title(id="1", kind="film", synopses=(Synopsis("Hm."),)), None, "en"),
    ],
)
def test_the_language_to_write_in(title: Title, asked: str | None, language: str) -> None:
    assert facts_of(title, asked).language == language


def test_nothing_is_longer_than_it_may_be() -> None:
    long = Title(
        id="1",
        kind="film",
        synopses=tuple(Synopsis(f"{n} " + "Word. " * 2000, "en", "long") for n in range(9)),
        credits=tuple(Credit(f"{n} " + "Name" * 99) for n in range(99)),
    )
    told = facts_of(long)
    assert len(told.synopses) == SYNOPSES
    assert all(len(one.text) <= SYNOPSIS_LENGTH for one in told.synopses)
    assert all(one.text.endswith("Word.") for one in told.synopses)
    assert len(told.people) == PEOPLE
    assert len(msgspec.json.encode(told)) < 20_000


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        ("  a \n b\t", "a b"),
        ("a\x00b\x1bc", "abc"),
        ("hidden\U000e0069\U000e0067", "hidden"),
        ("\u202eabc\u2066", "abc"),
        ("zero\u200bwidth", "zerowidth"),
        ("می\u200cروم", "می\u200cروم"),
        ("\ud800lone", "lone"),
        ("abcdef", "abcd"),
        ("One. Two.", "One."),
    ],
)
def test_what_a_reader_cannot_see_is_not_told(written: str, seen: str) -> None:
    limit = 4 if seen in ("abcd", "One.") else 50
    assert clean(written, limit) == seen
