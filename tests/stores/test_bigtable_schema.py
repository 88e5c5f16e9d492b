"""`ummid tables`: planned, applied, and applied again."""

from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from click.testing import CliRunner
from google.cloud.bigtable_admin_v2 import BaseBigtableTableAdminClient
from google.cloud.bigtable_admin_v2.services.bigtable_table_admin.transports import (
    BigtableTableAdminGrpcTransport,
)
from google.cloud.bigtable_admin_v2.types import (
    ColumnFamily,
    CreateTableRequest,
    GcRule,
    ModifyColumnFamiliesRequest,
)
from google.cloud.bigtable_admin_v2.types import Table as AdminTable
from google.protobuf.duration_pb2 import Duration

from tests.emulators import needs_bigtable
from tests.wire import Fault, wire
from ummid.cli import main
from ummid.errors import StoreError
from ummid.stores.bigtable.client import EMULATOR
from ummid.stores.bigtable.place import BigtablePlace, parse
from ummid.stores.bigtable.schema import Change, Schema, in_words

INSTANCE = "projects/p/instances/schema"


@pytest.fixture
def admin() -> Iterator[BaseBigtableTableAdminClient]:
    transport = BigtableTableAdminGrpcTransport(channel=grpc.insecure_channel(needs_bigtable()))
    client = BaseBigtableTableAdminClient(transport=transport)
    yield client
    client.transport.close()


@pytest.fixture
def name(tmp_path: Path) -> str:
    return f"bigtable://p/schema/t-{abs(hash(tmp_path)):x}"


def tables(command: str, name: str) -> tuple[int, list[str]]:
    done = CliRunner().invoke(main, ["tables", command, "--store", name])
    return done.exit_code, done.output.splitlines()


RULES = "current: keeps 1 version; history: keeps every version; work: keeps 1 version"


def test_a_table_is_planned_then_made_then_left_alone(
    admin: BaseBigtableTableAdminClient, name: str
) -> None:
    made = [f"+ table {name}: 25 tablets to begin with; {RULES}"]
    assert tables("plan", name) == (2, made)
    assert tables("plan", name) == (2, made)
    assert tables("apply", name) == (0, made)
    assert tables("plan", name) == (0, [f"{name} is as it should be"])
    assert tables("apply", name) == (0, [f"{name} is as it should be"])
    table = admin.get_table(name=f"{INSTANCE}/tables/{parse(Path(name)).table}")
    assert sorted(table.column_families) == ["current", "history", "work"]


def test_a_table_that_differs_is_mended_and_what_is_not_ours_is_left_alone(
    admin: BaseBigtableTableAdminClient, name: str
) -> None:
    age = GcRule(max_age=Duration(seconds=3600))
    three = GcRule(max_num_versions=3)
    families = {
        "current": ColumnFamily(gc_rule=three),
        "history": ColumnFamily(gc_rule=GcRule(union=GcRule.Union(rules=[three, age]))),
        "theirs": ColumnFamily(
            gc_rule=GcRule(intersection=GcRule.Intersection(rules=[three, age]))
        ),
    }
    table_id = parse(Path(name)).table
    request = CreateTableRequest(
        parent=INSTANCE, table_id=table_id, table=AdminTable(column_families=families)
    )
    admin.create_table(request=request)
    needed = [
        "~ family current: keeps 3 versions -> keeps 1 version",
        "~ family history: (keeps 3 versions) or (keeps 3,600 s) -> keeps every version",
        "+ family work: keeps 1 version",
    ]
    foreign = "  family theirs: (keeps 3 versions) and (keeps 3,600 s); not ours, left alone"
    assert tables("plan", name) == (2, [*needed, foreign])
    assert tables("apply", name) == (0, [*needed, foreign])
    assert tables("plan", name) == (0, [foreign, f"{name} is as it should be"])
    after = admin.get_table(name=f"{INSTANCE}/tables/{table_id}").column_families
    assert in_words(after["current"].gc_rule) == "keeps 1 version"
    assert sorted(after) == ["current", "history", "theirs", "work"]
    gone = ModifyColumnFamiliesRequest.Modification(id="work", drop=True)
    admin.modify_column_families(name=f"{INSTANCE}/tables/{table_id}", modifications=[gone])
    assert tables("apply", name)[1][0] == "+ family work: keeps 1 version"


def test_an_embedded_store_needs_no_tables(tmp_path: Path) -> None:
    code, lines = tables("plan", str(tmp_path))
    assert code == 1
    assert "is an embedded store: it needs no tables" in lines[0]


FAILURES = {
    "GetTable": "asking for the schema of",
    "CreateTable": "making",
    "ModifyColumnFamilies": "changing the families of",
}


@pytest.mark.parametrize("method", FAILURES)
def test_what_the_service_refuses_is_said(
    method: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = parse(Path(name))
    address = needs_bigtable()
    if method == "ModifyColumnFamilies":
        assert tables("apply", name)[0] == 0
        monkeypatch.setattr(
            "ummid.stores.bigtable.schema.FAMILIES", {"current": GcRule(max_num_versions=2)}
        )
    with wire(address) as between:
        monkeypatch.setenv(EMULATOR, between.address)
        schema = Schema(place)
        between.fail(method, Fault(grpc.StatusCode.PERMISSION_DENIED))
        with pytest.raises(StoreError, match=f"{FAILURES[method]} bigtable://p/schema/.* 403"):
            schema.apply()
        schema.close()


def test_two_that_make_a_table_at_once_both_end_well(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs_bigtable()
    place = parse(Path(name))
    one, other = Schema(place), Schema(place)
    original = one._create

    def second() -> None:
        other.apply()
        original()

    monkeypatch.setattr(one, "_create", second)
    assert one.apply() == []
    assert one.plan() == []
    one.close()
    other.close()


def test_a_table_that_vanishes_meanwhile_is_said(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    needs_bigtable()
    schema = Schema(parse(Path(name)))
    monkeypatch.setattr(schema, "_create", lambda: None)
    with pytest.raises(StoreError, match="was removed while it was set up"):
        schema.apply()
    schema.close()


def test_a_change_that_is_not_ours_asks_for_nothing() -> None:
    assert not Change("foreign", "theirs", "").is_needed
    assert BigtablePlace("p", "i", "t").folder == Path()
