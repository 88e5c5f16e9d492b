"""A store as an earlier version left it: every row, written down.

    python -m tests.saved.store tests/saved/NAME.msgpack.gz

writes one more from the samples, with the code of the day. Do so before a release and before a
row's form changes; what is there already stays, for stores like it are in use.
"""

import gzip
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec

from tests.samples.building import Catalogue
from ummid import opening
from ummid.stores.table import Put

ROOT = Path(__file__).resolve().parents[2]
SAVED = sorted(Path(__file__).parent.glob("*.msgpack.gz"))
DELIVERIES = (Path("samples/feeds"), Path("samples/later"))
"""Below the root and named from there: the paths of files are part of the rows."""

_BATCH = 500


def save(file: Path) -> int:
    """Ingests the samples and writes all rows to `file`; how many they are."""
    with tempfile.TemporaryDirectory() as folder:
        store = Path(folder) / "store"
        catalogue = Catalogue(store)
        for feeds in DELIVERIES:
            catalogue.take(feeds)
        catalogue.close()
        with closing(opening.open_table(store, readonly=True)) as table:
            rows = [Put(k, c, cell.version, cell.value) for k, c, cell in table.scan(b"")]
    file.write_bytes(gzip.compress(msgspec.msgpack.encode(rows), mtime=0))
    return len(rows)


def restore(file: Path, store: Path) -> None:
    """Writes the rows of `file` into a new store."""
    rows = msgspec.msgpack.decode(gzip.decompress(file.read_bytes()), type=list[Put])
    with closing(opening.open_table(store)) as table:
        for batch in _batches(rows):
            assert not table.write(batch)


def _batches(rows: list[Put]) -> Iterator[list[Put]]:
    for at in range(0, len(rows), _BATCH):
        yield rows[at : at + _BATCH]


if __name__ == "__main__":
    os.chdir(ROOT)
    print(f"{save(Path(sys.argv[1])):,} rows")
