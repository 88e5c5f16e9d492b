"""An empty store."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from ummid.stores.lmdb_table import LmdbTable


@pytest.fixture
def table(tmp_path: Path) -> Iterator[LmdbTable]:
    with closing(LmdbTable(tmp_path / "store")) as opened:
        yield opened
