"""A store and a client of the API over it. The present is 1 June 2025."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from serving.app import create_app
from tests.rights.offers import at
from tests.serving.building import Building


@pytest.fixture
def building(tmp_path: Path) -> Iterator[Building]:
    store = Building(tmp_path / "store")
    yield store
    store.table.close()


@pytest.fixture
def client(building: Building) -> FlaskClient:
    return create_app(building.table, clock=lambda: at("2025-06-01T12:00:00Z") + 321).test_client()
