"""How cost grows: made-up catalogues of several partners with known truth, of any size.

Words of titles and names of people are as unevenly common as real ones (Zipf's law) and grow in
number with the catalogue (Heaps' law). Each title is listed by one to four of four partners, with
misspelt, inverted or shortened titles, years one apart and people left out. The same size gives
the same files.
"""

import csv
import json
import random
import sys
import tempfile
from collections.abc import Iterator, Sequence
from itertools import accumulate, combinations
from pathlib import Path

from bench.watching import watched

PARTNERS = 4
_SEED = 20250301
_CONSONANTS, _VOWELS = "bcdfghklmnprstvwz", "aeiou"
_COMMON_WORDS = (
    "night house girl city love war river man woman last dark blood king summer road secret "
    "black world life death heart moon star fire day dream lost white red blue"
)
_COMMON = tuple(_COMMON_WORDS.split())
_GENRES = ("Drama", "Comedy", "Thriller", "Action", "Romance", "Documentary", "Horror")
_FIELDS = ("id", "type", "title", "year", "runtime", "genres", "directors")


def growth(sizes: list[int]) -> None:
    for size in sizes:
        with tempfile.TemporaryDirectory(prefix="ummid-growth-") as folder:
            gold, records = generate(size, Path(folder))
            files = [str(Path(folder, f"partner{n}.csv")) for n in range(PARTNERS)]
            out = Path(folder, "pairs.csv")
            command = [sys.executable, "-m", "bench.identity"]
            run = watched([*command, "--out", str(out), "--records", *files])
            with out.open(encoding="utf-8", newline="") as stream:
                found = {(one, other) for one, other in csv.reader(stream)}
            hits = len(found & gold)
            figures = {
                "records": records,
                **json.loads(run.output.splitlines()[-1]),
                "processor_seconds": round(run.processor),
                "peak_mb": round(run.peak),
                "peak_mb_with_store": round(run.peak_with_files),
                "precision": round(hits / max(1, len(found)), 4),
                "recall": round(hits / max(1, len(gold)), 4),
            }
            print(json.dumps(figures), flush=True)


def generate(size: int, folder: Path) -> tuple[set[tuple[str, str]], int]:
    """Writes so many records in all, a file per partner; the true pairs, and how many records."""
    chance = random.Random(_SEED)
    writers, streams = [], []
    for n in range(PARTNERS):
        stream = (folder / f"partner{n}.csv").open("w", newline="", encoding="utf-8")
        streams.append(stream)
        writers.append(csv.writer(stream))
        writers[-1].writerow(_FIELDS)
    words = _Words(chance, _COMMON, 8 * int(size**0.7))
    first, last = _Words(chance, (), 2000), _Words(chance, (), 8 * int(size**0.6))
    people = [f"{first()} {last()}" for _ in range(max(100, size // 8))]
    gold: set[tuple[str, str]] = set()
    written = 0
    while written < size:
        title, year = _title(chance, words), 2025 - int(chance.expovariate(1 / 18)) % 110
        director, runtime = chance.choice(people), chance.randint(60, 180)
        genres = sorted(chance.sample(_GENRES, chance.randint(1, 3)))
        ids = []
        for n in sorted(chance.sample(range(PARTNERS), chance.choice((1, 1, 2, 2, 3, 4)))):
            ids.append(f"{n}:{written}")
            row = _told(chance, title, year, runtime, genres, director)
            writers[n].writerow((ids[-1], "movie", *row))
            written += 1
        gold.update(combinations(ids, 2))
    for stream in streams:
        stream.close()
    return gold, written


def _told(
    chance: random.Random, title: str, year: int, runtime: int, genres: list[str], director: str
) -> Iterator[object]:
    """One partner's way of telling a title."""
    if chance.random() < 0.05 and len(title) > 8:
        at = chance.randrange(1, len(title) - 1)
        title = title[:at] + title[at + 1 :]
    if title.startswith("The ") and chance.random() < 0.3:
        title = f"{title[4:]}, The"
    yield title
    yield year + (chance.random() < 0.05)
    yield max(1, round(chance.gauss(runtime, 2)))
    yield "|".join(genres[: chance.randint(1, 3)])
    yield director if chance.random() < 0.6 else ""


def _title(chance: random.Random, words: "_Words") -> str:
    told = [words() for _ in range(chance.choice((1, 2, 2, 3, 3, 4)))]
    return ("The " if chance.random() < 0.25 else "") + " ".join(told).title()


class _Words:
    """Words, the n-th as common as 1/n, those that are given before made-up ones."""

    def __init__(self, chance: random.Random, given: Sequence[str], count: int) -> None:
        self._chance = chance
        found = dict.fromkeys(given)
        while len(found) < count:
            found[_word(chance)] = None
        self._words = list(found)
        self._weights = list(accumulate(1 / (10 + n) for n in range(count)))

    def __call__(self) -> str:
        return self._chance.choices(self._words, cum_weights=self._weights)[0]


def _word(chance: random.Random) -> str:
    letters = (_CONSONANTS, _VOWELS) * 5
    return "".join(map(chance.choice, letters[: chance.randint(4, 9)]))
