"""A table's families and garbage collection as code: what differs, and making it so."""

import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import grpc
from google.api_core import exceptions
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

from ummid.errors import StoreError
from ummid.stores.bigtable.client import EMULATOR, asking
from ummid.stores.bigtable.layout import BUCKETS, CURRENT, HISTORIC, WORK
from ummid.stores.bigtable.place import BigtablePlace

FAMILIES = {
    CURRENT: GcRule(max_num_versions=1),
    HISTORIC: GcRule(),
    WORK: GcRule(max_num_versions=1),
}
"""Never by age: a cell's time is the time of the event, and a backfill of old events would be
collected as it is written. No rule keeps every version."""

_DEADLINE = 60.0


class Change(NamedTuple):
    """One difference between a table as it is and as it should be. `family` is "" for the table
    as a whole; `kind` is create, add, change or foreign (which is left alone).
    """

    kind: str
    family: str
    detail: str

    @property
    def is_needed(self) -> bool:
        return self.kind != "foreign"


class Schema:
    """The schema of one table, asked and changed by the admin API."""

    def __init__(self, place: BigtablePlace, splits: Sequence[bytes] = ()) -> None:
        self._place = place
        self._splits = sorted({*BUCKETS, *splits})
        with asking(place, "opening"):
            self._client = _admin()
        self._instance = f"projects/{place.project}/instances/{place.instance}"
        self._name = f"{self._instance}/tables/{place.table}"

    def plan(self) -> list[Change]:
        """What `apply` would do; [] when there is nothing to do. Changes nothing."""
        table = self._found()
        return [self._creation()] if table is None else list(_differences(table))

    def apply(self) -> list[Change]:
        """Makes the table so and says what was done. Repeating it does nothing.

        No family and no row is ever removed.
        """
        done: list[Change] = []
        if self._found() is None:
            try:
                self._create()
                done.append(self._creation())
            except exceptions.AlreadyExists:
                pass  # another one made it just now; what it lacks is added below
        table = self._found()
        if table is None:
            raise StoreError(f"{self._place} was removed while it was set up; run it again")
        changes = list(_differences(table))
        needed = [change for change in changes if change.is_needed]
        if needed:
            self._modify(needed)
        return done + changes

    def close(self) -> None:
        self._client.transport.close()

    def _creation(self) -> Change:
        rules = "; ".join(f"{name}: {in_words(rule)}" for name, rule in FAMILIES.items())
        return Change("create", "", f"{len(self._splits) + 1} tablets to begin with; {rules}")

    def _found(self) -> AdminTable | None:
        with asking(self._place, "asking for the schema of"):
            try:
                return self._client.get_table(name=self._name, timeout=_DEADLINE)
            except exceptions.NotFound:
                return None

    def _create(self) -> None:
        request = CreateTableRequest(
            parent=self._instance,
            table_id=self._place.table,
            table=AdminTable(
                column_families={n: ColumnFamily(gc_rule=r) for n, r in FAMILIES.items()}
            ),
            initial_splits=[CreateTableRequest.Split(key=key) for key in self._splits],
        )
        try:
            self._client.create_table(request=request, timeout=_DEADLINE)
        except exceptions.AlreadyExists:
            raise
        except exceptions.GoogleAPICallError as error:
            with asking(self._place, "making"):
                raise error

    def _modify(self, changes: Sequence[Change]) -> None:
        modifications = []
        for change in changes:
            family = ColumnFamily(gc_rule=FAMILIES[change.family])
            what = {"create" if change.kind == "add" else "update": family}
            modifications.append(ModifyColumnFamiliesRequest.Modification(id=change.family, **what))
        with asking(self._place, "changing the families of"):
            self._client.modify_column_families(
                name=self._name, modifications=modifications, timeout=_DEADLINE
            )


def _differences(table: AdminTable) -> Iterator[Change]:
    there = {name: family.gc_rule for name, family in table.column_families.items()}
    for name, rule in FAMILIES.items():
        if name not in there:
            yield Change("add", name, in_words(rule))
        elif there[name] != rule:
            yield Change("change", name, f"{in_words(there[name])} -> {in_words(rule)}")
    for name in sorted(there.keys() - FAMILIES.keys()):
        yield Change("foreign", name, f"{in_words(there[name])}; not ours, left alone")


def in_words(rule: GcRule) -> str:
    """A rule as `ummid tables plan` prints it."""
    kind = GcRule.pb(rule).WhichOneof("rule")
    if kind == "max_num_versions":
        return f"keeps {rule.max_num_versions} version{'s' if rule.max_num_versions > 1 else ''}"
    if kind == "max_age":
        return f"keeps {rule.max_age.total_seconds():,.0f} s"
    if kind == "union":
        return " or ".join(f"({in_words(one)})" for one in rule.union.rules)
    if kind == "intersection":
        return " and ".join(f"({in_words(one)})" for one in rule.intersection.rules)
    return "keeps every version"


def _admin() -> BaseBigtableTableAdminClient:
    emulator = os.environ.get(EMULATOR)
    if not emulator:
        return BaseBigtableTableAdminClient()
    transport = BigtableTableAdminGrpcTransport(channel=grpc.insecure_channel(emulator))
    return BaseBigtableTableAdminClient(transport=transport)
