"""An index of Vertex AI planned, made, deployed, and found again."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from typing import Any

import grpc
import pytest
from google.cloud import aiplatform_v1 as v1

from tests.stores.vertex_admin import VertexAdmin, start
from ummid.errors import ConfigError, StoreError
from ummid.stores.vertex.deployment import Deployment, Step, Wanted
from ummid.stores.vertex.wire import Place

PARENT = "projects/p/locations/europe-west4"


@pytest.fixture
def admin() -> Iterator[VertexAdmin]:
    made = VertexAdmin()
    server = start(made)
    yield made
    server.stop(0).wait()


@pytest.fixture
def wanted(admin: VertexAdmin) -> Wanted:
    return Wanted("p", "europe-west4", "ummid", 384, stand_in=f"http://127.0.0.1:{admin.port}")


def planned(wanted: Wanted) -> list[Step]:
    with closing(Deployment(wanted, pause=0)) as deployment:
        return deployment.plan()


def made(wanted: Wanted, progress: Any = lambda _: None) -> Place:
    with closing(Deployment(wanted, pause=0)) as deployment:
        return deployment.apply(progress)


def test_a_plan_says_what_is_missing_and_makes_nothing(admin: VertexAdmin, wanted: Wanted) -> None:
    steps = planned(replace(wanted, machine="e2-standard-16", replicas=(2, 4)))
    assert steps == [
        Step("index", "", "384 dimensions, dot product, updated as a stream"),
        Step("endpoint", "", "public"),
        Step("deployment", "", "2 to 4 x e2-standard-16"),
    ]
    assert all(step.is_needed for step in steps)
    assert set(admin.calls) == {"ListIndexes", "ListIndexEndpoints"}


def test_what_is_made_is_what_the_store_needs(admin: VertexAdmin, wanted: Wanted) -> None:
    said: list[str] = []
    place = made(wanted, said.append)

    (index,), (endpoint,) = admin.indexes.values(), admin.endpoints.values()
    assert place == Place(index.name, endpoint.name, "ummid", wanted.stand_in)
    assert v1.Index.IndexUpdateMethod(index.index_update_method).name == "STREAM_UPDATE"
    assert dict(index.metadata.struct_value["config"])["dimensions"] == 384
    assert dict(index.metadata.struct_value["config"])["featureNormType"] == "NONE"
    (deployed,) = endpoint.deployed_indexes
    assert deployed.index == index.name
    assert deployed.automatic_resources.min_replica_count == 2
    assert admin.calls["GetOperation"] == 9
    assert [line.split(" is being made")[0] for line in said] == (
        ["the index"] * 2 + ["the endpoint"] * 2 + ["the deployment"] * 2
    )


def test_machines_are_of_the_type_asked_for(admin: VertexAdmin, wanted: Wanted) -> None:
    made(replace(wanted, machine="n1-standard-16", replicas=(1, 3)))
    (deployed,) = next(iter(admin.endpoints.values())).deployed_indexes
    assert deployed.dedicated_resources.machine_spec.machine_type == "n1-standard-16"
    assert deployed.dedicated_resources.max_replica_count == 3


def test_made_again_nothing_is_made(admin: VertexAdmin, wanted: Wanted) -> None:
    first = made(wanted)
    before = admin.calls.copy()
    assert made(wanted) == first
    assert {m for m in admin.calls if admin.calls[m] > before[m]} == {
        "ListIndexes",
        "ListIndexEndpoints",
    }
    assert [step.name for step in planned(wanted)] == [first.index, first.endpoint, "ummid"]


@pytest.mark.parametrize("method", ["CreateIndexEndpoint", "DeployIndex"])
def test_what_was_left_half_made_is_completed(
    method: str, admin: VertexAdmin, wanted: Wanted
) -> None:
    admin.script = lambda asked, _: grpc.StatusCode.UNAVAILABLE if asked == method else None
    with pytest.raises(StoreError, match=r"UNAVAILABLE here; run it again") as raised:
        made(wanted)
    assert raised.value.retryable
    admin.script = lambda _, __: None

    place = made(wanted)

    assert (len(admin.indexes), len(admin.endpoints)) == (1, 1)
    assert place.deployed == "ummid"


def test_an_index_that_would_answer_otherwise_is_refused(
    admin: VertexAdmin, wanted: Wanted
) -> None:
    made(wanted)
    with pytest.raises(ConfigError, match=r"indexes/1 cannot be used: dimensions 384.*, not 256"):
        made(replace(wanted, dimensions=256))
    next(iter(admin.indexes.values())).index_update_method = 1
    with pytest.raises(ConfigError, match="updates BATCH_UPDATE, not STREAM_UPDATE"):
        planned(wanted)


def test_an_endpoint_that_nobody_reaches_is_refused(admin: VertexAdmin, wanted: Wanted) -> None:
    made(wanted)
    next(iter(admin.endpoints.values())).public_endpoint_enabled = False
    with pytest.raises(ConfigError, match="indexEndpoints/1 is no public endpoint"):
        planned(wanted)


def test_two_of_one_name_are_not_guessed_between(admin: VertexAdmin, wanted: Wanted) -> None:
    made(wanted)
    other = v1.Index.pb().FromString(next(iter(admin.indexes.values())).SerializeToString())
    other.name = f"{PARENT}/indexes/2"
    admin.indexes[other.name] = other
    with pytest.raises(ConfigError, match=r"several of the name ummid are there: .*/1, .*/2"):
        planned(wanted)


def test_another_index_under_our_id_is_left_alone(admin: VertexAdmin, wanted: Wanted) -> None:
    made(wanted)
    next(iter(admin.endpoints.values())).deployed_indexes[0].index = f"{PARENT}/indexes/9"
    with pytest.raises(ConfigError, match=r"another index deployed as ummid: .*indexes/9"):
        made(wanted)


@pytest.mark.parametrize(
    ("status", "error", "says"),
    [
        (grpc.StatusCode.PERMISSION_DENIED, ConfigError, "Vertex AI Administrator"),
        (grpc.StatusCode.NOT_FOUND, ConfigError, "check gemini_project"),
        (grpc.StatusCode.INVALID_ARGUMENT, StoreError, "InvalidArgument"),
        (grpc.StatusCode.ALREADY_EXISTS, StoreError, "made by somebody else"),
        (grpc.StatusCode.RESOURCE_EXHAUSTED, StoreError, "run it again"),
    ],
)
def test_what_the_service_refuses_is_said_with_what_to_do(
    status: grpc.StatusCode, error: type[Exception], says: str, admin: VertexAdmin, wanted: Wanted
) -> None:
    admin.script = lambda method, _: status if method == "CreateIndex" else None
    with pytest.raises(error, match=says):
        made(wanted)


def test_an_operation_that_fails_is_said(admin: VertexAdmin, wanted: Wanted) -> None:
    admin.failing = "5 concurrent index creations"
    with pytest.raises(StoreError, match="5 concurrent index creations") as raised:
        made(wanted)
    assert raised.value.retryable


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"project": ""}, "gemini_project and gemini_location"),
        ({"name": "9lives"}, "a letter, then"),
        ({"replicas": (3, 2)}, "at least 1"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_is_asked(
    change: dict[str, Any], says: str, wanted: Wanted
) -> None:
    with pytest.raises(ConfigError, match=says):
        replace(wanted, **change)
