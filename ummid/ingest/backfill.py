"""Going over what is published already, without a feed."""

from ummid.ingest.context import PARTITIONS, Run
from ummid.ingest.enrich import queue_stale
from ummid.ingest.run import ingest
from ummid.views.runs import Enriched


def enrich_published(run: Run, workers: int = 1) -> Enriched:
    """Enriches every published title that shows nothing of its facts, the model and the prompt.

    Whatever else waits in the store is done as well, as by any run.
    """
    table = run.table()
    for partition in PARTITIONS:
        queue_stale(run, table, partition)
    return ingest(run, (), workers=workers).enrichment
