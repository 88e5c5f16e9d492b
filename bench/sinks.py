"""The sink on the Bigtable emulator beside the plain client's batcher, in turns on one machine.

    python -m bench.sinks [--rows 20000] [--bytes 300] [--rounds 5]

Both write the same rows, every cell with its version, into fresh tables. Ours writes each batch
down first, checks every put and keeps what fails. Ends with one JSON line: medians of rows/s, the
ratio of each round and its median (0.7 is asked), and processor seconds of this process.
"""

import argparse
import json
import statistics
import time
import warnings
from collections.abc import Callable, Sequence
from contextlib import closing

from google.cloud.bigtable.data import BigtableDataClient, RowMutationEntry, SetCell

from scripts.emulators import shared_emulator
from ummid.stores.bigtable.place import BigtablePlace
from ummid.stores.bigtable.schema import Schema
from ummid.stores.bigtable.table import BigtableTable
from ummid.stores.buffer import WriteBuffer
from ummid.stores.table import Put
from ummid.views import keys

_AT = 1_700_000_000_000
_GROUP = 500
_ASKED = 0.7


def rows(count: int, size: int) -> list[Put]:
    """Titles as a run publishes them: ids that begin with a hash, bodies that differ."""
    return [
        Put(
            keys.title(f"{number * 2_654_435_761 % 2**32:08x}{number:012x}"),
            keys.BODY,
            _AT,
            (f"{number:08d}" * (size // 8 + 1))[:size].encode(),
        )
        for number in range(count)
    ]


def ours(place: BigtablePlace, puts: Sequence[Put]) -> None:
    with closing(BigtableTable(place, spread=keys.SPREAD, last=keys.LAST)) as table:
        buffer = WriteBuffer(table)
        for start in range(0, len(puts), _GROUP):
            buffer.add(puts[start : start + _GROUP])
        buffer.flush()


def plain(place: BigtablePlace, puts: Sequence[Put]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        client = BigtableDataClient(project=place.project)
    with client, client.get_table(place.instance, place.table) as table:
        with table.mutations_batcher() as batcher:
            for put in puts:
                cell = SetCell("current", put.column, put.value, put.version * 1000)
                batcher.append(RowMutationEntry(put.key, [cell]))


WAYS: dict[str, Callable[[BigtablePlace, Sequence[Put]], None]] = {"ours": ours, "plain": plain}


def measured(way: str, number: int, puts: Sequence[Put]) -> tuple[float, float]:
    """Rows/s and processor seconds of one way into a fresh table."""
    place = BigtablePlace("bench", "sinks", f"{way}-{number}")
    schema = Schema(place, keys.SPLITS)
    schema.apply()
    schema.close()
    began, used = time.perf_counter(), time.process_time()
    WAYS[way](place, puts)
    took, used = time.perf_counter() - began, time.process_time() - used
    with closing(BigtableTable(place, spread=keys.SPREAD, readonly=True)) as table:
        sample = puts[:: max(1, len(puts) // 100)]
        found = table.get_many([put.key for put in sample], keys.BODY)
        assert [cell and cell.value for cell in found] == [put.value for put in sample]
    return len(puts) / took, used


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--bytes", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    puts = rows(options.rows, options.bytes)
    with shared_emulator() as address:
        if address is None:
            print("not measured: the Bigtable emulator is not installed (`make services`)")
            return
        found: dict[str, list[tuple[float, float]]] = {way: [] for way in WAYS}
        for number in range(options.rounds):
            order = list(WAYS) if number % 2 else list(reversed(WAYS))
            for way in order:
                found[way].append(measured(way, number, puts))
            print(
                f"round {number + 1}: " + ", ".join(f"{w} {found[w][-1][0]:,.0f}/s" for w in WAYS)
            )
    ratios = [one[0] / other[0] for one, other in zip(found["ours"], found["plain"], strict=True)]
    summary = {
        "rows": options.rows,
        "bytes": options.bytes,
        **{f"{w}_rows_s": round(statistics.median(r for r, _ in found[w])) for w in WAYS},
        **{f"{w}_cpu_s": round(statistics.median(c for _, c in found[w]), 2) for w in WAYS},
        "ratios": [round(ratio, 2) for ratio in ratios],
        "ratio": round(statistics.median(ratios), 2),
        "asked": _ASKED,
    }
    print(json.dumps(summary))


if __name__ == "__main__":
    main()
