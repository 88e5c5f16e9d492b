"""A store's index is made whole again, and says what to do where it cannot be."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from tests.serving.building import Building, statement
from ummid.catalog.model import Text
from ummid.errors import StoreError
from ummid.search import stored
from ummid.search.indexing import Indexed

MODEL = stored.embedder()


@pytest.fixture
def building(tmp_path: Path) -> Iterator[Building]:
    store = Building(tmp_path / "store")
    for key, name in (("1", "Heat"), ("2", "Ronin")):
        store.title(statement(key=key, own_id=key, titles=(Text(name, "en"),)))
    yield store
    store.table.close()


def update(building: Building) -> Indexed:
    return stored.update(building.table, building.folder, MODEL, lambda _: None)


def found(building: Building, asked: str) -> int:
    return len(stored.open_search(building.folder, MODEL).searcher.search(asked).found)


def _words(building: Building, kind: str) -> list[Path]:
    return sorted((building.folder / "search" / "words-4" / kind).iterdir())


def _vectors(building: Building) -> Path:
    return building.folder / "search" / "vectors" / MODEL.name / "index-2"


@pytest.mark.parametrize("kind", ["parts", "generations"])
@pytest.mark.parametrize("harm", ["cut", "emptied", "gone"])
def test_damaged_words_are_told_and_made_anew(building: Building, kind: str, harm: str) -> None:
    update(building)
    (file,) = _words(building, kind)
    if harm != "gone":
        file.write_bytes(file.read_bytes()[: 9 if harm == "cut" else 0])
    else:
        file.unlink()
    with pytest.raises(StoreError, match=r"damaged|nothing is indexed"):
        stored.open_search(building.folder, MODEL)
    assert update(building).embedded == 0
    assert found(building, "heat") == 2


def test_damaged_vectors_leave_words_to_answer_and_say_why(building: Building) -> None:
    update(building)
    (_vectors(building) / "manifest.json").write_bytes(b"{")
    opened = stored.open_search(building.folder, MODEL)
    assert "manifest.json" in opened.trouble
    assert opened.searcher.search("heat").found[0].words > 0
    with pytest.raises(StoreError, match="meaning is not searched"):
        opened.by_meaning("heat", 1)
    with pytest.raises(StoreError, match=r"remove .*index-2 and run `ummid index` again"):
        update(building)
    shutil.rmtree(_vectors(building))
    done = update(building)
    assert (done.titles, done.embedded, done.reused) == (2, 0, 2)
    assert stored.open_search(building.folder, MODEL).trouble == ""


def test_only_the_newest_words_are_kept(building: Building) -> None:
    for number in range(4):
        building.title(statement(key=f"n{number}", own_id="n", titles=(Text("More", "en"),)))
        update(building)
    assert [int(file.name) for file in _words(building, "generations")] == [5, 6]
    assert stored.newest(building.folder) == 6


def test_two_that_index_at_once_take_turns(building: Building) -> None:
    done: list[Indexed] = []
    both = [Thread(target=lambda: done.append(update(building))) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted((one.titles, one.embedded) for one in done) == [(0, 0), (2, 2)]
    assert found(building, "ronin") == 2
