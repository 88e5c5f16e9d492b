"""Whatever the history of an index and whatever its parts, it answers as one made at once."""

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from itertools import count
from multiprocessing import get_context
from multiprocessing.queues import Queue
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.search.catalogues import ALL
from ummid.errors import StoreError
from ummid.search import generations, merging
from ummid.search.catalogue import Catalogue
from ummid.search.document import Document
from ummid.search.generations import Words, open_newest, stamp
from ummid.search.searcher import Searcher
from ummid.stores.vectors import Filter, Restricts, Window

NAMES = ("Lamp", "Camp", "The Lamp", "Damp Camp", "Lampe à huile", "黑客帝国", "L", "")
PEOPLE = ("Ann Lamp", "Bob Damp", "Bob")
WORDS = st.lists(st.sampled_from(("lamp", "camp", "the", "dog", "dogs", "cat")), max_size=9)
GENRES = ("comedy", "Comedy", "Comedies", "a\0b", "drama")
DAYS = st.none() | st.integers(0, 9)


def some(texts: Sequence[str]) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(texts), max_size=3).map(tuple)


DOCUMENTS = st.builds(
    Document,
    id=st.just(""),
    titles=some(NAMES),
    text=WORDS.map(" ".join),
    tagline=WORDS.map(" ".join),
    keywords=some(("dog", "cat")),
    genres=some(GENRES),
    people=some(PEOPLE),
    generated=some(("dog days", "lamp")),
    kind=st.sampled_from(("movie", "series", "")),
    year=st.none() | st.integers(1990, 1995),
    series=st.sampled_from(("", "one", "other")),
    restricts=st.builds(
        Restricts,
        st.dictionaries(st.sampled_from(["genre", "type"]), some("abc")),
        st.dictionaries(st.just("year"), st.integers(0, 9)),
        st.lists(st.builds(Window, st.sampled_from("xy"), DAYS, DAYS), max_size=2).map(tuple),
    ),
    labels=some(GENRES).map(lambda named: tuple(("genre", one.lower(), one) for one in named)),
)
IDS = st.sampled_from(("", "a", "b", "ba", "b\0", "c", "é", "\ud800", "\uffff", "𝄞"))
STEPS = st.lists(st.dictionaries(IDS, st.none() | DOCUMENTS, max_size=6), max_size=6)
FILTERS = (
    Filter(),
    Filter(allow={"genre": ("a",)}),
    Filter(deny={"genre": ("a", "b")}),
    Filter(ranges={"year": (2, 7)}),
    Filter(on=(("x",), 5)),
)
ASKED = (
    "lamp",
    "the lamp",
    "lmap",
    "dampcamp",
    "dog cat",
    "a movie of 1992",
    "a tv show about dogs and a lamp in a camp",
    "黑客帝国",
    "Bob Damp",
)


def named(step: Mapping[str, Document | None]) -> dict[str, Document | None]:
    """The documents of a step under the ids that they are drawn with."""
    return {
        key: None if one is None else Document(**{**as_dict(one), "id": key})
        for key, one in step.items()
    }


def as_dict(document: Document) -> dict[str, object]:
    return {name: getattr(document, name) for name in document.__struct_fields__}


def answers(catalogue: Catalogue) -> dict[str, object]:
    """Everything that can be asked of a catalogue."""
    searcher, names = Searcher(catalogue), catalogue.names
    every = np.ones(len(catalogue.ids), np.bool_)
    said: dict[str, object] = {
        "ids": list(catalogue.ids),
        "rows": catalogue.ids.rows(["a", "b", "b\0", "none"]),
        "facets": [
            catalogue.restricted.facets(catalogue.restricted.mask(within) & every, ["genre"])
            for within in FILTERS
        ],
        "suggested": [names.suggest(typed) for typed in ("l", "lamp", "b", "c", "黑")],
        "meant": [names.meant(word) for word in ("lmap", "lampe", "huil", "matirx")],
        "written": [catalogue.labels.written("genre", one.lower()) for one in GENRES],
        "counted": [catalogue.text.frequency(word) for word in ("lamp", "the", "dog", "none")],
    }
    for asked in ASKED:
        for n, within in enumerate(FILTERS):
            answer = searcher.search(asked, 9, within, per_series=n % 2)
            said[f"{asked} {n}"] = (answer.found, answer.matched.tolist(), answer.corrected)
    return said


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few documents are many: parts are merged early, and in stretches of a few keys."""
    for name, value in (("_SMALL", 2), ("_ALIKE", 2), ("_CHUNK", 2), ("_MANY", 3)):
        monkeypatch.setattr(generations, name, value)
    for name, value in (("_ENTRIES", 3), ("_KEYS", 4), ("_LISTS", 2)):
        monkeypatch.setattr(merging, name, value)


@pytest.mark.usefixtures("narrow")
@settings(max_examples=60)
@given(STEPS, st.sets(st.integers(0, 5)))
def test_whatever_its_history_an_index_answers_as_one_made_at_once(
    steps: list[dict[str, Document | None]], published: set[int]
) -> None:
    whole: dict[str, Document | None] = {}
    with TemporaryDirectory() as name:
        words = Words(Path(name))
        for n, step in enumerate(map(named, steps)):
            words.change(step)
            whole |= step
            if n in published:
                words.publish(n + 1)
                words = Words(Path(name))
        words.publish(9)
        serial, opened = open_newest(Path(name))
        assert serial == 9
        assert answers(opened) == answers(Catalogue.of(filter(None, whole.values())))


@pytest.mark.parametrize("many", [1, 7, 3_000])
def test_documents_added_chunk_by_chunk_are_one_catalogue(tmp_path: Path, many: int) -> None:
    made = [Document(id=f"{n:05}", text=f"number {n}", kind="series") for n in range(many)]
    documents = [*made, *ALL, *made[: many // 2]]
    words = Words(tmp_path)
    words.add(iter(documents))
    words.publish(1)
    assert len(words) == many + len(ALL)
    assert answers(open_newest(tmp_path)[1]) == answers(Catalogue.of(documents))


def test_parts_stay_few_and_files_are_those_that_count(tmp_path: Path) -> None:
    words = Words(tmp_path)
    words.add(Document(id=f"{n:05}", text="old") for n in range(5_000))
    words.publish(0)
    for serial in range(1, 40):
        changed = [f"{(serial * 97 + n) % 5_000:05}" for n in range(50)]
        words.change({key: Document(id=key, text=f"new {serial}") for key in changed})
        words.publish(serial)
        assert words.parts <= 6
    assert len(list((tmp_path / "generations").iterdir())) == 2
    assert len(list((tmp_path / "parts").iterdir())) <= 2 * words.parts
    assert len(words) == 5_000


def test_a_change_leaves_what_is_large_as_it_is(tmp_path: Path) -> None:
    words = Words(tmp_path)
    words.add(Document(id=f"{n:05}", text=f"some {n} words {n * n}") for n in range(3_000))
    words.publish(1)
    (large,) = (tmp_path / "parts").iterdir()
    before = large.stat()
    words.change({"00007": Document(id="00007", text="other"), "00009": None})
    words.publish(2)
    (added,) = set((tmp_path / "parts").iterdir()) - {large}
    assert large.stat() == before
    assert added.stat().st_size < before.st_size / 50
    assert open_newest(tmp_path)[1].text.frequency("other") == 1


def test_when_everything_is_removed_nothing_is_left(tmp_path: Path) -> None:
    words = Words(tmp_path)
    words.add(ALL)
    words.publish(1)
    words.change(dict.fromkeys([document.id for document in ALL]))
    words.publish(2)
    assert (len(words), words.parts) == (0, 0)
    assert answers(open_newest(tmp_path)[1]) == answers(Catalogue.of([]))


class Killed(BaseException):
    pass


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize("step", range(90))
def test_who_is_killed_leaves_what_was_there_and_the_next_one_makes_it_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """Killed before each thing that is done to the file system, one after the other."""
    changes: dict[str, Document | None] = {
        "t1": None,
        **{f"n{n}": Document(id=f"n{n}", text=f"matrix {n}") for n in range(5)},
    }
    words = Words(tmp_path)
    words.add(ALL)
    words.publish(1)
    with monkeypatch.context() as patches, suppress(Killed):
        killed_before(patches, step)
        words = Words(tmp_path)
        for key, document in changes.items():
            words.change({key: document})
        words.publish(2)
        assert step > 50, "nobody was killed"
    after = answers(Catalogue.of([*ALL[1:], *(one for one in changes.values() if one is not None)]))
    serial, opened = open_newest(tmp_path)
    assert answers(opened) == (after if serial == 2 else answers(Catalogue.of(ALL)))
    words = Words(tmp_path)
    words.change(changes)
    words.publish(3)
    assert answers(open_newest(tmp_path)[1]) == after
    assert len(list((tmp_path / "parts").iterdir())) < 12


def killed_before(patches: pytest.MonkeyPatch, step: int) -> None:
    """Ends the thread before so many things more are done to the file system."""
    steps = count()

    def counted(real: Callable[..., object]) -> Callable[..., object]:
        def doing(*args: object, **named: object) -> object:
            if next(steps) >= step:
                raise Killed
            return real(*args, **named)

        return doing

    for name in ("open", "replace", "unlink"):
        patches.setattr(Path, name, counted(getattr(Path, name)))
    patches.setattr(os, "fsync", counted(os.fsync))


def test_an_index_must_be_there_to_be_opened(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="holds no index"):
        open_newest(tmp_path)
    assert stamp(tmp_path) == ""
    Words(tmp_path).publish(0)
    assert Searcher(open_newest(tmp_path)[1]).search("matrix").found == ()


def test_who_opens_while_others_write_opens_what_is_newest_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = Words(tmp_path)
    words.add(ALL)
    words.publish(1)
    real = generations._laid

    def overtaken(folder: Path, serial: int) -> object:
        if serial == 1:
            words.change({"t1": None})
            words.publish(2)
            (folder / "generations" / f"{1:016d}").unlink()
        return real(folder, serial)

    monkeypatch.setattr(generations, "_laid", overtaken)
    serial, catalogue = open_newest(tmp_path)
    assert (serial, len(catalogue.ids)) == (2, 3)


def text_of(serial: int) -> str:
    return f"serial {serial}"


def written(serial: int) -> dict[str, Document | None]:
    """Every document says the same serial, so that who mixes two generations is found out."""
    there = {f"{n}": Document(id=f"{n}", text=text_of(serial)) for n in range(9)}
    return {**there, f"{serial % 9}": None}


def write_for_ever(folder: Path, first: int) -> None:
    words = Words(folder)
    for serial in count(first):
        words.change(written(serial))
        words.publish(serial)


def read_until(folder: Path, last: int, told: "Queue[object]") -> None:
    """Tells which serials were seen, or what went wrong."""
    seen = []
    try:
        while not seen or seen[-1] < last:
            serial, catalogue = open_newest(folder)
            assert len(catalogue.ids) == 8
            assert catalogue.text.frequency(str(serial)) == 8
            seen.append(serial)
    except BaseException as error:
        told.put(repr(error))
        raise
    told.put(seen)


def test_readers_in_other_processes_see_whole_generations_while_one_writes(
    tmp_path: Path,
) -> None:
    words = Words(tmp_path)
    words.change(written(1))
    words.publish(1)
    context = get_context("spawn")
    told = context.Queue()
    readers = [context.Process(target=read_until, args=(tmp_path, 40, told)) for _ in range(2)]
    writer = context.Process(target=write_for_ever, args=(tmp_path, 2))
    for process in (*readers, writer):
        process.start()
    try:
        for _ in readers:
            seen = told.get(timeout=60)
            assert isinstance(seen, list), seen
            assert seen == sorted(seen)
    finally:
        writer.kill()
        for process in (*readers, writer):
            process.join()


def test_a_writer_killed_again_and_again_never_harms_what_is_published(tmp_path: Path) -> None:
    """With SIGKILL, wherever it happens to be."""
    context = get_context("spawn")
    Words(tmp_path).publish(0)
    for wait in (0.0, 0.01, 0.05, 0.11):
        before = open_newest(tmp_path)[0]
        writer = context.Process(target=write_for_ever, args=(tmp_path, before + 1))
        writer.start()
        while open_newest(tmp_path)[0] < before + 3:
            assert writer.is_alive()
        writer.join(wait)
        writer.kill()
        writer.join()
        serial, catalogue = open_newest(tmp_path)
        there = [document for document in written(serial).values() if document is not None]
        assert answers(catalogue) == answers(Catalogue.of(there))
    assert len(Words(tmp_path)) == 8


def test_a_table_whose_feed_is_shorter_takes_the_place_of_another(tmp_path: Path) -> None:
    words = Words(tmp_path)
    words.add(ALL)
    words.publish(7)
    words.clear()
    words.add(ALL[:1])
    words.publish(3)
    serial, catalogue = open_newest(tmp_path)
    assert (serial, list(catalogue.ids)) == (3, ["t1"])
    assert Words(tmp_path).serial == 3
    assert len(list((tmp_path / "parts").iterdir())) == 1


def test_every_generation_has_a_stamp_of_its_own(tmp_path: Path) -> None:
    words = Words(tmp_path)
    stamps = [stamp(tmp_path)]
    for serial in (1, 2, 2, 3):
        words.change({"a": Document(id="a", text=text_of(serial))})
        words.publish(serial)
        stamps.append(stamp(tmp_path))
    assert len({*stamps}) == len(stamps)


def test_all_parts_are_made_one(tmp_path: Path) -> None:
    words = Words(tmp_path)
    for document in ALL:
        words.change({document.id: document})
    words.unite()
    words.unite()
    words.publish(1)
    assert words.parts == 1
    assert answers(open_newest(tmp_path)[1]) == answers(Catalogue.of(ALL))


def test_a_damaged_older_generation_is_no_hindrance(tmp_path: Path) -> None:
    words = Words(tmp_path)
    for serial, document in enumerate(ALL[:3], 1):
        words.change({document.id: document})
        words.publish(serial)
        (tmp_path / "generations" / f"{serial:016d}").write_bytes(b"")
    words.change({"t4": ALL[3]})
    words.publish(4)
    assert answers(open_newest(tmp_path)[1]) == answers(Catalogue.of(ALL))


def test_a_generation_taken_away_meanwhile_has_no_stamp(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Words(tmp_path).publish(1)
    expected, there = stamp(tmp_path), generations._generations(tmp_path)
    monkeypatch.setattr(generations, "_generations", lambda _: [*there, tmp_path / "9"])
    assert stamp(tmp_path) == expected


def test_many_changes_before_a_publication_do_not_become_many_files(tmp_path: Path) -> None:
    words = Words(tmp_path)
    for n in range(70):
        words.change({f"{n}": Document(id=f"{n}", text="same")})
    assert words.parts < 10
    assert len(words) == 70
