"""One search over words and meaning: what comes first, what may come at all, and in what order."""

import logging
import random
from collections.abc import Sequence

import pytest

from tests.search.catalogues import ALL, AMELIE, HOUSE, MATRIX, OTHERS, Listed, Told
from ummid.errors import UmmidError
from ummid.models.embedder import Task, Vector
from ummid.models.outcome import Outcome
from ummid.search.catalogue import Catalogue
from ummid.search.document import Document
from ummid.search.searcher import Answer, Place, Searcher
from ummid.stores.vectors import Filter, Restricts

WORDS = Searcher(Catalogue.of(ALL))
VECTORS = {"t1": (1.0, 0.0), "t2": (0.6, 0.8), "t3": (0.0, 1.0), "t4": (-1.0, 0.0)}
RESTRICTS = {document.id: document.restricts for document in ALL}


def hybrid(**told: tuple[float, float]) -> tuple[Searcher, Listed]:
    index = Listed(VECTORS, RESTRICTS)
    named = {text.replace("_", " "): vector for text, vector in told.items()}
    return Searcher(Catalogue.of(ALL), index, Told(named)), index


def ids(answer: Answer) -> list[str]:
    return [found.id for found in answer.found]


@pytest.mark.parametrize(
    ("asked", "first"),
    [
        ("the matrix", MATRIX),
        ("The Others", OTHERS),
        ("amelie", AMELIE),
        ("keanu reeves", MATRIX),
        ("science fiction", MATRIX),
        ("黑客帝国", MATRIX),
        ("nicole kidmann", OTHERS),
        ("the matirx", MATRIX),
        ("waitress in paris", AMELIE),
        ("a series about a haunted house", HOUSE),
        (
            "Hi! I watched a movie years ago about a dark house that somebody thinks is haunted",
            OTHERS,
        ),
    ],
)
def test_what_is_asked_for_comes_first(asked: str, first: Document) -> None:
    assert ids(WORDS.search(asked))[0] == first.id


@pytest.mark.parametrize(
    ("asked", "order"),
    [
        ("sharks", ["a", "b", "c", "d"]),
        ("sharks of the 90s", ["b", "c", "a", "d"]),
        ("sharks, around 2010", ["c", "b", "a", "d"]),
        ("a tv series with sharks", ["d", "a", "b", "c"]),
        ("a film with sharks from 2012", ["c", "b", "a", "d"]),
    ],
)
def test_time_and_kind_decide_between_what_words_do_not_tell_apart(
    asked: str, order: list[str]
) -> None:
    told = [("a", "movie", 1975), ("b", "movie", 1999), ("c", "movie", 2012), ("d", "series", None)]
    documents = [Document(id=key, text="sharks", kind=k, year=year) for key, k, year in told]
    assert ids(Searcher(Catalogue.of(documents)).search(asked)) == order


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "   ",
        '+-&|!(){}[]^"~*?:\\/',
        "titles:matrix AND NOT people:keanu",
        "* OR 1=1",
        "\x00",
        "x" * 9999,
    ],
)
def test_whatever_is_typed_is_words(asked: str) -> None:
    assert len(WORDS.search(asked).found) == len(ALL)


@pytest.mark.parametrize(
    ("within", "expected"),
    [
        (Filter(allow={"genre": ("Horror",)}), {"t2", "t3"}),
        (Filter(allow={"genre": ("Horror",)}, ranges={"year": (2010, None)}), {"t3"}),
        (Filter(deny={"genre": ("Horror",)}), {"t1", "t4"}),
        (Filter(ranges={"year": (None, 1999)}), {"t1"}),
        (Filter(allow={"platform": ("FR:netflix",)}), {"t1"}),
        (Filter(on=(("FR:netflix",), 199)), {"t2"}),
        (Filter(on=(("FR:netflix",), 200)), set()),
    ],
)
def test_a_filter_holds_for_every_answer_and_loses_none(within: Filter, expected: set[str]) -> None:
    searcher, _ = hybrid(matrix=(1.0, 0.0))
    for one in (WORDS, searcher):
        answer = one.search("matrix", within=within)
        assert set(ids(answer)) == expected
        assert not answer.degraded


def test_meaning_finds_what_words_do_not() -> None:
    searcher, _ = hybrid(spooky=(0.0, 1.0))
    assert ids(searcher.search("spooky")) == ["t3", "t2", "t1", "t4"]
    assert not WORDS.search("spooky").matched.any()
    assert searcher.search("spooky").matched.tolist() == [False, True, True, False]


def test_meaning_decides_between_equal_words_and_says_so() -> None:
    searcher, _ = hybrid(haunted_house=(0.6, 0.8))
    best, *_ = searcher.search("haunted house").found
    assert best.id == "t3"
    assert best.score == pytest.approx(best.words + best.meaning + best.hints + best.exact)
    assert best.meaning > 0


def test_a_title_asked_for_exactly_stands_above_all_likeness() -> None:
    searcher, _ = hybrid(amelie=(1.0, 0.0))
    found = searcher.search("amelie").found[0]
    assert (found.id, found.exact) == ("t4", 2.0)


@pytest.mark.parametrize(
    ("asked", "exact"),
    [
        ("matrix", 2.0),
        ("a matrix", 1.0),
        ("the matirx", 1.0),
        ("teh matrix", 1.0),
        ("matrix hacker", 0.0),
        ("the", 0.0),
    ],
)
def test_a_title_nearly_asked_for_stands_almost_as_high(asked: str, exact: float) -> None:
    best, *_ = WORDS.search(asked).found
    assert best.exact == exact


def test_a_word_alone_may_be_a_theme_and_names_no_title_that_has_more() -> None:
    documents = [Document(id="a", titles=("The Prison",)), Document(id="b", keywords=("prison",))]
    searcher = Searcher(Catalogue.of(documents))
    assert all(found.exact == 0 for found in searcher.search("prison").found)


class Raising(Told):
    """An embedder whose library fails in a way that nobody has foreseen."""

    def __init__(self, error: Exception) -> None:
        super().__init__({})
        self._error = error

    def embed(self, texts: Sequence[str], task: Task) -> list[Outcome[Vector]]:
        raise type(self._error)(f"{self._error}, {task}: {texts}")


@pytest.mark.parametrize("error", [UmmidError("no quota"), RuntimeError("bad weights")])
def test_words_answer_alone_when_the_embedder_fails(
    error: Exception, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A server that another test has configured may have silenced the loggers that it found.
    monkeypatch.setattr(logging.getLogger("ummid.search.searcher"), "disabled", False)
    answer = Searcher(Catalogue.of(ALL), Listed(VECTORS), Raising(error)).search("matrix")
    assert answer.degraded
    assert ids(answer) == ids(WORDS.search("matrix"))
    assert "words alone" in caplog.text


def test_words_answer_alone_when_meaning_fails() -> None:
    searcher, index = hybrid(matrix=(1.0, 0.0))
    assert not searcher.search("matrix").degraded
    assert searcher.search("waitress").degraded
    index.broken = True
    answer = searcher.search("matrix")
    assert answer.degraded
    assert ids(answer) == ids(WORDS.search("matrix"))


def test_what_the_vector_index_alone_knows_is_no_answer() -> None:
    index = Listed({**VECTORS, "t0": (1.0, 0.0)})
    searcher = Searcher(Catalogue.of(ALL), index, Told({"spooky": (1.0, 0.0)}))
    assert ids(searcher.search("spooky", 1)) == ["t1"]


def test_what_the_vector_index_did_not_name_is_no_likelier_than_what_it_did() -> None:
    many = [Document(id=f"{n:04}", text="same") for n in range(1_200)]
    vectors = {document.id: (1.0, n / 100) for n, document in enumerate(many)}
    searcher = Searcher(Catalogue.of(many), Listed(vectors), Told({"other": (-1.0, 0.0)}))
    scores = [found.score for found in searcher.search("other", 1_200).found]
    assert scores == [-1.0] * 1_200


def test_an_answer_explains_its_score_wholly() -> None:
    searcher, _ = hybrid(**{"the others": (0.6, 0.8), "a tv series of 2015": (0.0, 1.0)})
    for asked in ("the others", "a tv series of 2015"):
        for found in searcher.search(asked).found:
            parts = found.words + found.meaning + found.hints + found.exact
            assert found.score == pytest.approx(parts, abs=1e-6)
            assert found.cosine is not None
            assert (found.cosine > 0) == (found.meaning > 0)
    assert [found.id for found in searcher.search("a tv series of 2015").found if found.hints] == [
        "t3", "t2", "t1"
    ]  # fmt: skip


def test_what_was_not_compared_by_meaning_says_so() -> None:
    index = Listed({"t1": (1.0, 0.0)})
    searcher = Searcher(Catalogue.of(ALL), index, Told({"matrix": (0.6, 0.8)}))
    cosines = {found.id: found.cosine for found in searcher.search("matrix").found}
    assert cosines.pop("t1") == pytest.approx(0.6)
    assert set(cosines.values()) == {None}
    assert all(found.cosine is None for found in WORDS.search("matrix").found)


def test_of_a_series_no_more_are_answered_than_asked_for() -> None:
    documents = [
        Document(id=f"{name}{n}", titles=(f"{name} {n}",), text="sharks " * n, series=name)
        for name in ("jaws", "reef", "")
        for n in range(1, 5)
    ]
    catalogue = Catalogue.of(documents)
    searcher = Searcher(catalogue)
    whole = ids(searcher.search("sharks", 12))
    limited = searcher.search("sharks", 12, per_series=1)
    assert ids(limited) == [
        found
        for n, found in enumerate(whole)
        if found.isdigit() or not any(one[:4] == found[:4] for one in whole[:n])
    ]
    assert limited.matched.sum() == 12
    index = Listed({"jaws1": (1.0, 0.0)})
    Searcher(catalogue, index, Told({"sharks": (1.0, 0.0)})).search("sharks", 3, per_series=2)
    assert index.per_crowd == 2


def test_a_page_goes_on_where_the_last_one_ended_also_when_its_last_title_is_gone() -> None:
    documents = [Document(id=f"d{n}", text="the same text") for n in range(6)]
    first = Searcher(Catalogue.of(documents)).search("same", 3)
    place = Place(first.found[-1].score, first.found[-1].id)
    rest = Searcher(Catalogue.of(d for d in documents if d.id != "d2"))
    again = Place(rest.search("same", 1).found[0].score, place.id)
    assert ids(rest.search("same", 9, after=again)) == ["d3", "d4", "d5"]


@pytest.mark.parametrize("count", [1, 3, 10])
def test_equal_scores_come_in_the_order_of_ids_whatever_the_order_they_came_in(count: int) -> None:
    documents = [Document(id=f"d{n}", text="the same text") for n in range(10)]
    random.Random(count).shuffle(documents)
    answer = Searcher(Catalogue.of(documents)).search("same", count)
    assert ids(answer) == [f"d{n}" for n in range(count)]


def test_of_two_documents_with_one_id_the_last_is_found() -> None:
    catalogue = Catalogue.of([Document(id="a", text="old"), Document(id="a", text="new")])
    assert list(catalogue.ids) == ["a"]
    assert Searcher(catalogue).search("new").matched.all()
    assert not Searcher(catalogue).search("old").matched.any()


def test_facets_are_counted_over_what_matched_inside_the_filter() -> None:
    catalogue = Catalogue.of(ALL)
    answer = Searcher(catalogue).search("the haunted", within=Filter(ranges={"year": (2001, None)}))
    counted = catalogue.restricted.facets(answer.matched, ["genre"])["genre"]
    assert [(facet.token, facet.documents) for facet in counted] == [("Horror", 2), ("Reality", 1)]


def test_a_correction_is_told() -> None:
    assert WORDS.search("matirx").corrected == {"matirx": "matrix"}
    assert not WORDS.search("matrix").corrected


@pytest.mark.parametrize(
    ("asked", "read"),
    [
        ("leonardo di caprio", {"caprio": "dicaprio"}),
        ("di caprio", {"caprio": "dicaprio"}),
        ("dicaprio", {}),
        ("spiderman", {"spiderman": "spider man"}),
        ("spidermann", {"spidermann": "spider mann"}),
        ("manhattan", {}),
        ("xyman", {}),
    ],
)
def test_words_written_together_or_apart_are_read_as_they_are_known(
    asked: str, read: dict[str, str]
) -> None:
    documents = [
        Document(id="a", people=("Leonardo DiCaprio",)),
        Document(id="b", titles=("Spider-Man",)),
        Document(id="c", people=("Mann Spider",), titles=("Manhattan",)),
        Document(id="d", titles=("Di",)),
    ]
    answer = Searcher(Catalogue.of(documents)).search(asked)
    assert answer.corrected == read
    if "spiderman" in read:
        assert (answer.found[0].id, answer.found[0].exact) == ("b", 1.0)


def test_of_a_short_query_what_holds_every_word_stands_above_what_holds_some() -> None:
    documents = [
        Document(id="both", text="A long tale of many things with a korean zombie."),
        Document(id="one", titles=("Korean tales",), text="All of it korean."),
        Document(id="other", titles=("Zombie tales",), text="All of it zombie."),
        *(Document(id=f"z{n}", text="nothing") for n in range(9)),
    ]
    assert ids(Searcher(Catalogue.of(documents)).search("korean zombie", 1)) == ["both"]


def test_a_search_without_documents_answers_nothing() -> None:
    empty = Catalogue.of([])
    assert Searcher(empty).search("matrix").found == ()
    vectors = Listed({"t1": (1.0, 0.0)})
    assert Searcher(empty, vectors, Told({"matrix": (1.0, 0.0)})).search("matrix").found == ()


def test_no_answers_are_given_when_none_are_asked_for() -> None:
    assert WORDS.search("matrix", 0).found == ()


def test_a_document_says_what_to_embed() -> None:
    assert MATRIX.meaning == (
        "The Matrix. A hacker learns that the world is a simulation and joins the rebels.. "
        "simulation, artificial intelligence"
    )
    assert Document(id="x", restricts=Restricts()).meaning == ""
