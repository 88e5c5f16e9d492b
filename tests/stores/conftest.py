"""An empty table of each adapter in turn."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.emulators import needs_bigtable
from tests.stores.adapters import ADAPTERS
from ummid.stores.table import Table


@pytest.fixture(params=ADAPTERS)
def adapter(request: pytest.FixtureRequest) -> str:
    if request.param == "bigtable":
        needs_bigtable()
    return str(request.param)


@pytest.fixture
def table(adapter: str, tmp_path: Path) -> Iterator[Table]:
    with closing(ADAPTERS[adapter](tmp_path / "store")) as opened:
        yield opened
