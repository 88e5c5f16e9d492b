from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ummid.errors import StoreError
from ummid.search.arrays import Groups, Mapped, Strings, places, write


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


@given(st.dictionaries(st.text(), st.lists(st.integers(0, 2**32 - 1)), max_size=5))
def test_arrays_are_read_as_they_were_written(groups: dict[str, list[int]]) -> None:
    arrays = Groups.arrays(groups, "x")
    with TemporaryDirectory() as folder:
        write(arrays, Path(folder) / "file", {"of": sorted(groups)})
        mapped = Mapped(Path(folder) / "file")
        assert mapped.said == {"of": sorted(groups)}
        assert list(mapped) == list(arrays)
        assert len(mapped) == len(arrays)
        for name, array in arrays.items():
            assert mapped[name].dtype == array.dtype
            assert mapped[name].tolist() == array.tolist()


def test_a_file_is_written_once(tmp_path: Path) -> None:
    write({}, tmp_path / "file")
    with pytest.raises(FileExistsError):
        write({}, tmp_path / "file")


@pytest.mark.parametrize("left", [0, 9, 40, -1])
def test_a_file_that_was_not_written_to_its_end_is_damaged(tmp_path: Path, left: int) -> None:
    write({"x": np.arange(3)}, tmp_path / "file")
    whole = (tmp_path / "file").read_bytes()
    (tmp_path / "file").write_bytes(whole[:left])
    with pytest.raises(StoreError, match="file is damaged"):
        Mapped(tmp_path / "file")


def test_what_a_file_does_not_hold_is_named(tmp_path: Path) -> None:
    write({"x": np.arange(3)}, tmp_path / "file")
    with pytest.raises(StoreError, match="y is missing"):
        Mapped(tmp_path / "file")["y"]


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3))))
def test_places_are_those_of_each_stretch(stretches: list[tuple[int, int]]) -> None:
    first = np.array([one for one, _ in stretches], np.int64)
    amounts = np.array([amount for _, amount in stretches], np.int64)
    expected = [place for one, amount in stretches for place in range(one, one + amount)]
    assert places(first, amounts).tolist() == expected
