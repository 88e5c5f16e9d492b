"""The labels of the ingest: a running job is updated by them, so they stay as they are."""

from pathlib import Path

import apache_beam as beam
from apache_beam.pipeline import AppliedPTransform, PipelineVisitor

from pipelines.ingest.graph import build
from ummid.ingest.context import Run
from ummid.ingest.sources import Source
from ummid.partners import Partners

LABELS = """
Match
Match/Matched
Match/Spread
Parse and stage
Parse and stage/Stage
Settle deliveries
Settle deliveries/All files
Settle deliveries/Settle
Apply staged
Apply staged/Apply
Apply staged/Apply/Before Apply
Apply staged/Apply/Partitions
Apply staged/Apply/Spread
Apply staged/Apply/Apply
Pair records
Pair records/Pair
Pair records/Pair/Before Pair
Pair records/Pair/Partitions
Pair records/Pair/Spread
Pair records/Pair/Pair
Compare records
Compare records/Compare
Compare records/Compare/Before Compare
Compare records/Compare/Partitions
Compare records/Compare/Spread
Compare records/Compare/Compare
Resolve titles
Resolve titles/Resolve
Resolve titles/Resolve/Before Resolve
Resolve titles/Resolve/Partitions
Resolve titles/Resolve/Spread
Resolve titles/Resolve/Resolve
Publish views
Publish views/Publish
Publish views/Publish/Before Publish
Publish views/Publish/Partitions
Publish views/Publish/Spread
Publish views/Publish/Publish
Enrich titles
Enrich titles/Before Enrich
Enrich titles/Partitions
Enrich titles/Spread
Enrich titles/Waiting
Enrich titles/Ask
Enrich titles/Count
Enrich titles/Sum
Finish
Finish/All enriched
Finish/Report
"""


class _Labels(PipelineVisitor):  # type: ignore[misc]
    """Labels that we chose. What Beam nests below its own transforms goes with its version."""

    def __init__(self) -> None:
        self.found: list[str] = []

    def enter_composite_transform(self, transform_node: AppliedPTransform) -> None:
        self.visit_transform(transform_node)

    def visit_transform(self, transform_node: AppliedPTransform) -> None:
        parent = transform_node.parent
        if parent and not type(parent.transform).__module__.startswith("apache_beam."):
            self.found.append(transform_node.full_label)


def test_the_labels_of_the_graph_are_those_of_running_jobs(tmp_path: Path) -> None:
    pipeline = beam.Pipeline()
    run = Run("run-1", tmp_path / "store", known=1, started="2025-01-01T00:00:00Z")
    build(pipeline, run, [Source(path="feed.xml", received=1)], Partners())
    labels = _Labels()
    pipeline.visit(labels)
    assert labels.found == LABELS.split("\n")[1:-1]
    assert not (tmp_path / "store").exists()
