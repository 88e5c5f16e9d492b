"""An index follows what the catalogue publishes, and pays for no text twice."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from tests.rights.offers import offer
from tests.serving.building import KNOWN, Building, statement
from ummid.catalog.model import Text
from ummid.catalog.title import Title
from ummid.errors import UmmidError
from ummid.models.embedder import Task, Vector
from ummid.models.outcome import Outcome
from ummid.search.indexing import Indexed, Mark, follow
from ummid.stores.mapped.index import MappedVectorIndex
from ummid.stores.vectors import Filter
from ummid.views import changes


class Counting:
    """An embedder that says where a text points by its letters, and which texts it read."""

    name = "counting-1"
    dimensions = 26

    def __init__(self) -> None:
        self.read: list[str] = []
        self.refused: set[str] = set()

    def embed(self, texts: Sequence[str], task: Task) -> list[Outcome[Vector]]:
        assert task == "document"
        self.read += texts
        return [self._one(text) for text in texts]

    def _one(self, text: str) -> Outcome[Vector]:
        if text in self.refused:
            return Outcome(error=UmmidError("not today", retryable=True))
        counts = [text.lower().count(letter) for letter in "abcdefghijklmnopqrstuvwxyz"]
        vector = np.array(counts, np.float32)
        return Outcome(vector / np.linalg.norm(vector))


@pytest.fixture
def building(tmp_path: Path) -> Iterator[Building]:
    store = Building(tmp_path / "store")
    yield store
    store.table.close()


@pytest.fixture
def vectors(tmp_path: Path) -> Iterator[MappedVectorIndex]:
    index = MappedVectorIndex(tmp_path / "vectors", Counting.dimensions)
    yield index
    index.close()


@pytest.fixture
def mark(tmp_path: Path) -> Mark:
    return Mark(tmp_path / "followed.json")


def title(building: Building, name: str, key: str, known: int = KNOWN, **more: object) -> Title:
    record = statement(key=key, own_id=key, titles=(Text(name, "en"),))
    return building.title(record, known=known, **more)  # type: ignore[arg-type]


def test_what_changed_is_indexed_and_the_second_time_nothing_is_left(
    building: Building, vectors: MappedVectorIndex, mark: Mark
) -> None:
    model = Counting()
    heat, ronin = title(building, "Heat", "1"), title(building, "Ronin", "2")
    told: list[int] = []
    done = follow(building.table, vectors, model, mark, lambda d: told.append(d.titles))
    assert (done.titles, done.embedded, done.removed, done.failed) == (2, 2, 0, 0)
    assert told == [2]
    assert sorted(model.read) == ["Heat", "Ronin"]
    assert vectors.search(model._one("Heat").value, 1)[0].id == heat.id
    assert follow(building.table, vectors, model, mark) == Indexed(serial=done.serial)
    assert len(model.read) == 2
    assert ronin.id in {hit.id for hit in vectors.search(model._one("Ronin").value, 2)}


def test_a_change_of_rights_embeds_nothing(
    building: Building, vectors: MappedVectorIndex, mark: Mark
) -> None:
    model = Counting()
    title(building, "Heat", "1")
    follow(building.table, vectors, model, mark)
    in_france = Filter(on=(("FR|flix",), 20_250))
    vector = model._one("Heat").value
    assert vectors.search(vector, 1, in_france) == []
    title(building, "Heat", "1", KNOWN + 1, offers=[offer()])
    done = follow(building.table, vectors, model, mark)
    assert (done.embedded, done.reused) == (0, 1)
    assert len(vectors.search(vector, 1, in_france)) == 1


def test_titles_that_say_the_same_share_a_vector(
    building: Building, vectors: MappedVectorIndex, mark: Mark
) -> None:
    model = Counting()
    title(building, "Heat", "1")
    title(building, "Heat", "2")
    done = follow(building.table, vectors, model, mark)
    assert (done.titles, done.embedded) == (2, 1)
    assert len(vectors.search(model._one("Heat").value, 5)) == 2


def test_a_withdrawn_title_is_found_no_more(
    building: Building, vectors: MappedVectorIndex, mark: Mark
) -> None:
    model = Counting()
    heat = title(building, "Heat", "1")
    follow(building.table, vectors, model, mark)
    building.withdraw(heat.id)
    assert follow(building.table, vectors, model, mark).removed == 1
    assert vectors.search(model._one("Heat").value, 5) == []


def test_what_has_no_vector_is_tried_again_and_its_neighbours_go_through(
    building: Building, vectors: MappedVectorIndex, mark: Mark
) -> None:
    model = Counting()
    model.refused = {"Heat"}
    title(building, "Heat", "1")
    title(building, "Ronin", "2")
    done = follow(building.table, vectors, model, mark)
    assert (done.embedded, done.failed) == (1, 1)
    assert follow(building.table, vectors, model, mark).failed == 1
    model.refused = set()
    assert follow(building.table, vectors, model, mark).failed == 0
    assert len(vectors.search(model._one("Heat").value, 5)) == 2


def test_a_crash_between_two_steps_repeats_no_payment(
    building: Building, vectors: MappedVectorIndex, mark: Mark, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = Counting()
    title(building, "Heat", "1")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(vectors, "upsert", killed)
        with pytest.raises(KeyboardInterrupt):
            follow(building.table, vectors, model, mark)
    done = follow(building.table, vectors, model, mark)
    assert (done.titles, done.embedded, done.reused) == (1, 0, 1)
    assert model.read == ["Heat"]


def test_a_mark_that_is_lost_or_damaged_follows_all_anew_and_embeds_nothing(
    building: Building, vectors: MappedVectorIndex, mark: Mark, tmp_path: Path
) -> None:
    model = Counting()
    title(building, "Heat", "1")
    follow(building.table, vectors, model, mark)
    for content in (b"", b'{"serial": '):
        (tmp_path / "followed.json").write_bytes(content)
        done = follow(building.table, vectors, model, mark)
        assert (done.titles, done.embedded, done.reused) == (1, 0, 1)


def test_a_change_of_generated_text_alone_touches_no_vector(
    building: Building, vectors: MappedVectorIndex, mark: Mark
) -> None:
    model = Counting()
    heat = title(building, "Heat", "1")
    follow(building.table, vectors, model, mark)
    told = [(heat.id, "updated", ("generated",))]
    building.table.write(changes.puts(building.table, told, "run-2", KNOWN + 1))
    done = follow(building.table, vectors, model, mark)
    assert done == Indexed(serial=2)
    assert mark.read().serial == 2
    assert model.read == ["Heat"]
