"""An index follows what the catalogue publishes, and pays for no text twice."""

import pickle
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from tests.rights.offers import offer
from tests.serving.building import KNOWN, Building, statement
from ummid.catalog.model import Text
from ummid.catalog.title import Title
from ummid.errors import ItemError, UmmidError, first_of
from ummid.models.embedder import Task, Vector
from ummid.models.outcome import Outcome
from ummid.search import refused
from ummid.search.indexing import Indexed, Mark, follow
from ummid.stores.mapped.index import MappedVectorIndex
from ummid.stores.vectors import Filter, Item
from ummid.views import changes, deadletters
from ummid.views.deadletters import DeadLetter


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
    with changes.numbered(building.table, told, "run-2", KNOWN + 1) as rows:
        building.table.write(rows)
    done = follow(building.table, vectors, model, mark)
    assert done == Indexed(serial=2)
    assert mark.read().serial == 2
    assert model.read == ["Heat"]


class Narrow(MappedVectorIndex):
    """Takes no item with more windows than `most`, as a service has its limits."""

    most = 0
    calls = 0

    def upsert(self, items: Iterable[Item]) -> None:
        taken = [*items]
        self.calls += 1
        if wide := [item.id for item in taken if len(item.restricts.windows) > self.most]:
            raise first_of([ItemError(i, "too-many-restricts", f"{i}: too many") for i in wide])
        super().upsert(taken)


def letter_of(building: Building, title_id: str) -> DeadLetter:
    letter_id = deadletters.title_letter(title_id, deadletters.INDEXING)
    return deadletters.read(building.table, letter_id)


def test_a_title_that_the_index_does_not_take_is_a_dead_letter_and_its_neighbours_go_through(
    building: Building, tmp_path: Path, mark: Mark
) -> None:
    model, index = Counting(), Narrow(tmp_path / "narrow", Counting.dimensions)
    heat, ronin = title(building, "Heat", "1"), title(building, "Ronin", "2")
    follow(building.table, index, model, mark)
    title(building, "Heat", "1", KNOWN + 1, offers=[offer()])
    title(building, "Alien", "3", KNOWN + 1)
    done = follow(building.table, index, model, mark)
    assert (done.failed, done.refused) == (1, 1)
    found = {hit.id for hit in index.search(model._one("Heat").value, 5)}
    assert heat.id not in found, "it would be found by rights that it has no more"
    assert ronin.id in found
    assert len(found) == 2
    letter = letter_of(building, heat.id)
    assert (letter.code, letter.place) == ("too-many-restricts", "vectors of counting-1")
    assert letter.path == f"title:{heat.id}"
    assert heat.id in letter.reason
    assert deadletters.title_of(letter) is None
    assert follow(building.table, index, model, mark).refused == 1
    index.most = 9
    assert follow(building.table, index, model, mark).refused == 0
    assert letter_of(building, heat.id).resolved_by == "ummid index"
    in_france = Filter(on=(("FR|flix",), 20_250))
    assert [hit.id for hit in index.search(model._one("Heat").value, 5, in_france)] == [heat.id]
    index.close()


def test_titles_that_are_refused_together_cost_one_call_more(
    building: Building, tmp_path: Path, mark: Mark
) -> None:
    index = Narrow(tmp_path / "narrow", Counting.dimensions)
    for n in range(5):
        title(building, f"Heat {n}", str(n), offers=[offer()] if n < 4 else [])
    assert follow(building.table, index, Counting(), mark).refused == 4
    assert index.calls == 2
    index.close()


def test_a_letter_of_a_later_time_is_settled_all_the_same(building: Building) -> None:
    error = ItemError("t1", "too-large", "the number is too large")
    refused.file(building.table, "vectors", {"t1": 9, "t2": 9}, {"t1": error})
    refused.file(building.table, "vectors", {"t1": 5}, {})
    assert letter_of(building, "t1").resolved_by == "ummid index"
    refused.file(building.table, "vectors", {"t1": 4}, {"t1": error})
    assert letter_of(building, "t1").resolved_by is None


def test_a_withdrawn_title_has_no_open_letter(
    building: Building, tmp_path: Path, mark: Mark
) -> None:
    index = Narrow(tmp_path / "narrow", Counting.dimensions)
    heat = title(building, "Heat", "1", offers=[offer()])
    assert follow(building.table, index, Counting(), mark).refused == 1
    building.withdraw(heat.id)
    done = follow(building.table, index, Counting(), mark)
    assert (done.refused, done.failed) == (0, 0)
    assert letter_of(building, heat.id).resolved_by == "ummid index"
    index.close()


def test_a_refusal_survives_the_way_between_processes() -> None:
    error = pickle.loads(pickle.dumps(ItemError("t1", "too-large", "too large")))
    assert (error.id, error.code, str(error), error.retryable) == (
        "t1",
        "too-large",
        "too large",
        False,
    )
