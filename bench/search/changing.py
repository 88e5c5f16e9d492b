"""What a change of some titles costs the index of words, beside making all of it anew."""

import json
import random
import resource
import tempfile
import time
from collections import deque
from collections.abc import Callable, Iterator
from itertools import islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import msgspec

from bench.search import scale, sets
from ummid.search.catalogue import Catalogue
from ummid.search.document import Document
from ummid.search.generations import Words

_SEED = 11
_TITLES = "titles"
_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Document).decode


def measure(size: int, share: float, rounds: int) -> Iterator[str]:
    """JSON lines: an index made at once in memory, then one in parts, then each change of it."""
    base = list(sets.documents(sets.FOLDER / "docs.parquet"))
    with tempfile.TemporaryDirectory(prefix="ummid-changing-") as name:
        folder = Path(name)
        _write(folder / _TITLES, scale.documents(base, size))
        yield _line("all at once, in memory", size, _apart(_at_once, folder, 0))
        yield _line("all, in parts", size, _apart(_in_parts, folder, 0))
        rng = random.Random(_SEED)
        for number in range(1, rounds + 1):
            changed = rng.sample(range(size), max(1, int(size * share)))
            _write(folder / f"{number}", _changed(folder, {*changed}, number))
            yield _line("changed", len(changed), _apart(_change, folder, number))


def _changed(folder: Path, chosen: set[int], number: int) -> Iterator[Document]:
    """Some titles, each with the texts of one that is `number` behind it."""
    before: deque[Document] = deque(islice(_read(folder / _TITLES), number), number)
    for n, document in enumerate(islice(_read(folder / _TITLES), number, None), number):
        if n - number in chosen:
            yield msgspec.structs.replace(document, id=before[0].id)
        before.append(document)


def _at_once(folder: Path, _: int) -> int:
    return len(Catalogue.of(_read(folder / _TITLES)).ids) and 1


def _in_parts(folder: Path, _: int) -> int:
    words = Words(folder / "words")
    words.add(_read(folder / _TITLES))
    words.unite()
    words.publish(1)
    return words.parts


def _change(folder: Path, number: int) -> int:
    words = Words(folder / "words")
    words.change({document.id: document for document in _read(folder / str(number))})
    words.publish(number + 1)
    return words.parts


def _apart(build: Callable[[Path, int], int], folder: Path, number: int) -> dict[str, Any]:
    """In a process of its own, whose memory is all for it."""
    context = get_context("spawn")
    told = context.SimpleQueue()
    process = context.Process(target=_told, args=(build, folder, number, told))
    process.start()
    cost: dict[str, Any] = told.get()
    process.join()
    return cost


def _told(build: Callable[[Path, int], int], folder: Path, number: int, told: Any) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF)
    started = time.perf_counter()
    parts = build(folder, number)
    used = resource.getrusage(resource.RUSAGE_SELF)
    cpu = used.ru_utime + used.ru_stime - before.ru_utime - before.ru_stime
    told.put(
        {
            "seconds": round(time.perf_counter() - started, 2),
            "cpu_seconds": round(cpu, 2),
            "peak_mb": _peak(),
            "parts": parts,
        }
    )


def _peak() -> int:
    """MB, mapped files among them. (`ru_maxrss` would begin at the peak of who started this.)"""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def _line(what: str, titles: int, cost: dict[str, Any]) -> str:
    return json.dumps({"words": what, "titles": titles, **cost})


def _write(path: Path, documents: Iterator[Document]) -> None:
    with path.open("wb") as file:
        for document in documents:
            coded = _encode(document)
            file.write(len(coded).to_bytes(4, "little") + coded)


def _read(path: Path) -> Iterator[Document]:
    with path.open("rb") as file:
        while size := file.read(4):
            yield _decode(file.read(int.from_bytes(size, "little")))
