"""The steps on Beam do what the steps of the loop do, and wait for what is before them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import apache_beam as beam
import pytest
from apache_beam.testing.util import assert_that, equal_to

from tests.ingest.feeds import item, mrss, write
from transforms.files import match
from transforms.steps import EachPartition, SettleDeliveries, StageFeeds
from ummid.ingest.context import PARTITIONS, Run, close_table
from ummid.ingest.delivery import Delivery
from ummid.ingest.settle import Settled
from ummid.partners import Partners
from ummid.stores.table import Put, Table
from ummid.views import deadletters, keys


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    yield Run("run-1", tmp_path / "store", known=1_800_000_000_000, started="2027-01-15T08:00:00Z")
    close_table(tmp_path / "store")


def staged(run: Run) -> int:
    return len(list(run.table().scan(keys.staged_run(run.id))))


def test_each_file_is_staged_as_one_delivery_and_bad_ones_beside_the_good(
    run: Run, tmp_path: Path
) -> None:
    write(tmp_path / "in" / "a.xml", mrss([item("1", "One"), item("2", "No", "atlantis")]))
    write(tmp_path / "in" / "b.xml", mrss([item("3", "Three"), item("4", "Four")]))
    write(tmp_path / "in" / "c.txt", "only words")
    with beam.Pipeline("FnApiRunner") as pipeline:
        deliveries = (
            pipeline
            | "Sources" >> beam.Create(match(str(tmp_path / "in"), "acme"))
            | "Stage" >> StageFeeds(run, Partners())
            | "Summed up"
            >> beam.Map(lambda d: (d.path[-5:], d.format, d.records, d.rejected, d.complete))
        )
        assert_that(
            deliveries,
            equal_to(
                [
                    ("a.xml", "mrss", 1, 1, False),
                    ("b.xml", "mrss", 2, 0, True),
                    ("c.txt", "unknown", 0, 1, False),
                ]
            ),
        )
    assert staged(run) == 3
    assert {letter.code for letter in deadletters.letters(run.table())} == {
        "unknown-territory",
        "unknown-format",
    }
    counted = {
        metric.key.metric.name: metric.committed
        for metric in pipeline.result.metrics().query()["counters"]
        if metric.key.metric.namespace == "ummid"
    }
    assert counted == {"read": 5, "rejected": 2}


def test_a_bundle_that_is_repeated_stages_the_same_rows(run: Run, tmp_path: Path) -> None:
    items = [item("1", "One"), item("2", "Two"), item("3", "No", "atlantis")]
    write(tmp_path / "in" / "a.xml", mrss(items))
    sources = match(str(tmp_path / "in"), "acme")
    with beam.Pipeline("FnApiRunner") as pipeline:
        _ = pipeline | beam.Create(sources * 2) | StageFeeds(run, Partners())
    assert staged(run) == 2
    assert len(list(deadletters.letters(run.table()))) == 1


def test_all_deliveries_are_settled_together_in_order_of_path(run: Run, tmp_path: Path) -> None:
    for name in "cab":
        write(tmp_path / "in" / f"{name}.xml", mrss([item(name, name)]))
    with beam.Pipeline("FnApiRunner") as pipeline:
        plans = (
            pipeline
            | beam.Create(match(str(tmp_path / "in"), "acme")[::-1])
            | StageFeeds(run, Partners())
            | SettleDeliveries(run)
            | beam.Map(_paths)
        )
        assert_that(plans, equal_to([["a.xml", "b.xml", "c.xml"]]))


def _paths(plan: tuple[Any, list[Delivery]]) -> list[str]:
    settled, deliveries = plan
    assert set(settled.status) == {delivery.file for delivery in deliveries}
    return [delivery.path.rsplit("/", 1)[-1] for delivery in deliveries]


def test_a_run_without_files_settles_and_goes_on(run: Run) -> None:
    with beam.Pipeline("FnApiRunner") as pipeline:
        plans = pipeline | beam.Create([]) | SettleDeliveries(run) | beam.Map(_paths)
        assert_that(plans, equal_to([[]]))


ROWS = [b"p#%03d" % number for number in range(40)]


def _write(row: bytes, run: Run) -> bytes:
    run.table().write([Put(row, b"v:x", 1, b"x")])
    return row


def _see(run: Run, table: Table, partition: str) -> tuple[str, int]:
    assert run.id == "run-1"
    return partition, len(list(table.scan(b"p#")))


def _see_planned(
    run: Run, table: Table, settled: Settled, deliveries: list[Delivery], partition: str
) -> tuple[str, int, str, int]:
    return (*_see(run, table, partition), settled.status["a1"], len(deliveries))


def test_a_step_runs_once_on_every_partition_when_all_before_it_is_done(run: Run) -> None:
    with beam.Pipeline("FnApiRunner") as pipeline:
        written = pipeline | beam.Create(ROWS) | beam.Reshuffle() | beam.Map(_write, run)
        seen = written | EachPartition("See", run, _see)
        assert_that(seen, equal_to([(partition, len(ROWS)) for partition in PARTITIONS]))


def test_a_step_is_given_the_plan_it_asks_for_and_runs_though_nothing_came_before(
    run: Run,
) -> None:
    with beam.Pipeline("FnApiRunner") as pipeline:
        settled = Settled(status={"a1": "held"})
        plan = pipeline | "Plan" >> beam.Create([(settled, list[Delivery]())])
        nothing = pipeline | "Nothing" >> beam.Create([])
        seen = nothing | EachPartition("See", run, _see_planned, plan)
        assert_that(seen, equal_to([(partition, 0, "held", 0) for partition in PARTITIONS]))
