"""The graph of an ingest: match, stage, settle, apply, pair, compare, resolve, publish, enrich,
finish.
"""

import apache_beam as beam

from transforms.enrich import EnrichTitles
from transforms.files import MatchFeeds
from transforms.steps import (
    ApplyStaged,
    CompareRecords,
    FinishRun,
    PairRecords,
    PublishViews,
    ResolveTitles,
    SettleDeliveries,
    StageFeeds,
)
from ummid.ingest.context import Run
from ummid.ingest.sources import Source
from ummid.partners import Partners


def build(pipeline: beam.Pipeline, run: Run, sources: list[Source], partners: Partners) -> None:
    """Adds the whole ingest to a pipeline. Labels are a job's update contract: keep them."""
    plan = (
        pipeline
        | "Match" >> MatchFeeds(sources)
        | "Parse and stage" >> StageFeeds(run, partners)
        | "Settle deliveries" >> SettleDeliveries(run)
    )
    counts = plan | "Apply staged" >> ApplyStaged(run)
    paired = counts | "Pair records" >> PairRecords(run)
    compared = paired | "Compare records" >> CompareRecords(run)
    resolved = compared | "Resolve titles" >> ResolveTitles(run)
    published = resolved | "Publish views" >> PublishViews(run)
    enriched = published | "Enrich titles" >> EnrichTitles(run)
    _ = enriched | "Finish" >> FinishRun(run, plan, counts, compared, resolved, published)
