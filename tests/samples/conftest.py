"""One catalogue made of the sample feeds, for every test that only looks."""

from collections.abc import Iterator

import pytest

from tests.samples.building import FEEDS, Catalogue


@pytest.fixture(scope="session")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Catalogue]:
    made = Catalogue(tmp_path_factory.mktemp("samples")).take(FEEDS)
    yield made
    made.close()
