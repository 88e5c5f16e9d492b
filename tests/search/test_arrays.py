from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.search.catalogues import ALL
from ummid.errors import StoreError
from ummid.search.arrays import Groups, Strings
from ummid.search.catalogue import Catalogue
from ummid.search.document import Document
from ummid.search.searcher import Searcher
from ummid.stores.vectors import Filter


@given(st.lists(st.text()), st.text())
def test_texts_are_kept_and_found(texts: list[str], other: str) -> None:
    ordered = sorted(set(texts))
    strings = Strings(Strings.arrays(ordered, "x"), "x")
    assert list(strings) == ordered
    assert strings[1:] == ordered[1:]
    for text in [*ordered, other]:
        assert strings.find(text) == (ordered.index(text) if text in ordered else None)


def test_a_place_outside_is_an_error() -> None:
    with pytest.raises(IndexError, match="place 2 of 2"):
        Strings(Strings.arrays(["a", "b"], "x"), "x")[2]


@given(st.dictionaries(st.text(), st.lists(st.integers(0, 2**32 - 1)), max_size=5))
def test_rows_are_found_by_their_key(groups: dict[str, list[int]]) -> None:
    kept = Groups(Groups.arrays(groups, "x"), "x")
    for key, rows in groups.items():
        assert kept.rows[kept.part(key)].tolist() == rows
    assert kept.rows[kept.part("none of " + "".join(groups))].tolist() == []


@pytest.mark.parametrize("copies", [1, 2_000])
def test_a_catalogue_answers_the_same_when_it_was_written_and_opened(
    tmp_path: Path, copies: int
) -> None:
    many = [Document(id=f"{n:05}", text=f"number {n}", kind="series") for n in range(copies)]
    made = Catalogue.of([*ALL, *many])
    made.write(tmp_path / "deep" / "index")
    opened = Catalogue.open(tmp_path / "deep" / "index")
    for asked in ("the matirx", "haunted house", "number 77", "a movie of 1999"):
        within = Filter(ranges={"year": (1999, 2001)})
        for filtered in (Filter(), within):
            one, other = (Searcher(c).search(asked, within=filtered) for c in (made, opened))
            assert one.found == other.found
            assert one.matched.tolist() == other.matched.tolist()
    assert opened.names.suggest("kid") == made.names.suggest("kid")
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["index"]


def test_an_index_is_written_once_and_must_be_there_to_be_opened(tmp_path: Path) -> None:
    catalogue = Catalogue.of([])
    catalogue.write(tmp_path / "index")
    with pytest.raises(StoreError, match="there already"):
        catalogue.write(tmp_path / "index")
    with pytest.raises(StoreError, match="holds no index"):
        Catalogue.open(tmp_path / "other")
    assert Searcher(Catalogue.open(tmp_path / "index")).search("matrix").found == ()
