"""What an enrichment would ask and cost, without asking."""

from collections.abc import Iterable
from itertools import islice
from typing import NamedTuple

from ummid.models.enricher import Cost, Enricher, TitleFacts
from ummid.stores.table import Table
from ummid.views import enrichments

_AT_ONCE = 1000


class Estimate(NamedTuple):
    """`titles` = `kept` (answered already) + `alike` (the content of another) + `to_ask`."""

    titles: int
    kept: int
    alike: int
    to_ask: int
    cost: Cost


def dry_run(table: Table, enricher: Enricher, facts: Iterable[TitleFacts]) -> Estimate:
    """Reads the table only, and holds the content ids of what is to be asked in memory."""
    titles = kept = alike = 0
    cost, asked = Cost(), set[str]()
    stream = iter(facts)
    while some := list(islice(stream, _AT_ONCE)):
        titles += len(some)
        contents = [enrichments.content_id(enricher.model, enricher.prompt, one) for one in some]
        for one, content, found in zip(
            some, contents, enrichments.read(table, contents), strict=True
        ):
            if found is not None:
                kept += 1
            elif content in asked:
                alike += 1
            else:
                asked.add(content)
                cost = cost.plus(enricher.estimate(one))
    return Estimate(titles, kept, alike, len(asked), cost)
