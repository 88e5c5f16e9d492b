"""Parsing of large feeds beside plain lxml, and their ingest in flat memory.

    python -m bench.parsing [--megabytes 500] [--rounds 3] [--kinds mrss avails]
    python -m bench.parsing --ingest [--sizes 50 500] [--no-index]

Generated files are kept in a temporary folder between runs. Every way of reading a file runs
in a process of its own, with rounds alternating between the ways, so that a slow moment of
the machine meets all of them; figures are medians. Peak memory is that of the process and of
all that it started, added up, sampled ten times a second from /proc (Linux): once without and
once with file pages, which for an ingest are the store's, mapped and given back at need. The
last line is all of it as JSON.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from bench.generate import MB, SEED, generate
from bench.watching import watched

UMMID = Path(sys.executable).with_name("ummid")
TAGS = {"mrss": "item", "avails": "{*}Avail"}
BASES = ("tagged", "every")
WAYS = (*BASES, "reading", "command")
LABELS = {
    "tagged": "lxml.iterparse, records only, freed",
    "every": "lxml.iterparse, every element, cleared",
    "reading": "our statements, consumed",
    "command": "ummid parse FILE > /dev/null",
}


class Round(NamedTuple):
    """One way, once: seconds by the clock and of processors, records, peak memory in MB."""

    seconds: float
    processor: float
    records: int
    peak: float
    mapped: float


def tagged(path: str, tag: str) -> int:
    from lxml import etree

    count = 0
    for _, element in etree.iterparse(path, tag=tag):
        count += 1
        element.clear()
        parent = element.getparent()
        while parent is not None and element.getprevious() is not None:
            del parent[0]
    return count


def every(path: str, _: str) -> int:
    from lxml import etree

    count = 0
    for _event, element in etree.iterparse(path):
        count += 1
        element.clear()
    return count


def reading(path: str, _: str) -> int:
    from ummid.feeds.reader import Reading

    with Path(path).open("rb") as stream:
        return sum(1 for _statement in Reading(path, stream))


def run_inside(way: str, path: str, tag: str) -> None:
    """Runs one way in this process and prints seconds and count, imports left out."""
    from ummid.feeds.registry import formats

    formats()
    began = time.perf_counter()
    count = {"tagged": tagged, "every": every, "reading": reading}[way](path, tag)
    print(json.dumps([time.perf_counter() - began, count]))


def measure(way: str, kind: str, file: Path) -> Round:
    """Runs one way in a process of its own."""
    if way == "command":
        command = [str(UMMID), "parse", str(file)]
        took, processor, peak, mapped, _ = watched(command, silent=True)
        return Round(took, processor, 0, peak, mapped)
    command = [sys.executable, "-m", "bench.parsing", "--inside", way, str(file), TAGS[kind]]
    _, processor, peak, mapped, output = watched(command)
    seconds, count = json.loads(output)
    return Round(seconds, processor, count, peak, mapped)


def feed_file(folder: Path, kind: str, megabytes: int) -> Path:
    file = folder / f"{kind}-{megabytes}-{SEED}.xml"
    if not file.exists():
        print(f"generating {file} ...", file=sys.stderr)
        unfinished = file.with_suffix(".part")
        generate(kind, megabytes * MB, unfinished)
        unfinished.rename(file)
    return file


def compare(kind: str, file: Path, rounds: int) -> dict[str, object]:
    """Each way beside plain lxml on one file."""
    megabytes = file.stat().st_size / MB
    print(f"\n{kind}: {megabytes:,.0f} MB, {rounds} rounds")
    taken: dict[str, list[Round]] = {way: [] for way in WAYS}
    for _ in range(rounds):
        for way in WAYS:
            taken[way].append(measure(way, kind, file))
    speed = {w: megabytes / statistics.median(r.seconds for r in taken[w]) for w in WAYS}
    result: dict[str, object] = {"kind": kind, "megabytes": round(megabytes)}
    for way in WAYS:
        processor = statistics.median(r.processor for r in taken[way])
        peak = max(r.peak for r in taken[way])
        shares = {base: speed[way] / speed[base] for base in BASES}
        records = taken[way][0].records if way == "reading" else 0
        print(
            f"  {LABELS[way]:<40} {speed[way]:6.1f} MB/s  {processor:6.1f} s of processor  "
            f"{peak:6.0f} MB peak  {shares['tagged']:.2f} of tagged, {shares['every']:.2f} of every"
            + (f"  {records:,} statements" if records else "")
        )
        result[way] = {
            "mb_per_s": round(speed[way], 1),
            "processor_s": round(processor, 1),
            "peak_mb": round(peak),
            "of_tagged": round(shares["tagged"], 2),
            "of_every": round(shares["every"], 2),
            "rounds_s": [round(r.seconds, 2) for r in taken[way]],
        }
    return result


def ingest(kind: str, file: Path, index: bool) -> dict[str, object]:
    """One ingest of a file into a new store; with `index` its titles are made searchable."""
    megabytes = file.stat().st_size / MB
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.json"
        took, processor, peak, mapped, _ = watched(
            [
                str(UMMID),
                "ingest",
                str(file),
                "--store",
                f"{folder}/store",
                "--report",
                str(report),
                "--index" if index else "--no-index",
            ],
            silent=True,
        )
        read = json.loads(report.read_text())["read"]
    print(
        f"  ingest {kind} {megabytes:5.0f} MB: {took:6.1f} s  {megabytes / took:5.1f} MB/s  "
        f"{read / took:7,.0f} records/s  {peak:6.0f} MB peak, {mapped:6.0f} MB with mapped files"
    )
    return {
        "kind": kind,
        "megabytes": round(megabytes),
        "index": index,
        "seconds": round(took, 1),
        "processor_s": round(processor, 1),
        "records_per_s": round(read / took),
        "peak_mb": round(peak),
        "peak_mb_with_files": round(mapped),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--megabytes", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--kinds", nargs="+", choices=sorted(TAGS), default=sorted(TAGS))
    parser.add_argument("--ingest", action="store_true", help="Ingest instead of parsing alone.")
    parser.add_argument("--no-index", action="store_true", help="Do not make titles searchable.")
    parser.add_argument("--sizes", nargs="+", type=int, default=[50, 500])
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "ummid-bench")
    parser.add_argument("--inside", nargs=3, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.inside:
        run_inside(*asked.inside)
        return
    asked.folder.mkdir(parents=True, exist_ok=True)
    if asked.ingest:
        jobs = [(k, feed_file(asked.folder, k, s)) for k in asked.kinds for s in asked.sizes]
        results = [ingest(kind, file, not asked.no_index) for kind, file in jobs]
    else:
        files = {k: feed_file(asked.folder, k, asked.megabytes) for k in asked.kinds}
        results = [compare(kind, file, asked.rounds) for kind, file in files.items()]
    print(json.dumps(results))


if __name__ == "__main__":
    main()
