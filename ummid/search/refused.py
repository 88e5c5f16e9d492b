"""Titles that a vector index does not take: a dead letter each, until it does."""

from collections.abc import Mapping

from ummid.errors import ItemError
from ummid.stores.table import Put, Table
from ummid.views import deadletters, keys
from ummid.views.deadletters import DeadLetter

RUN = "ummid index"
"""What letters name as the run that wrote or settled them: indexing has no runs of its own."""


def file(
    table: Table, place: str, tried: Mapping[str, int], refused: Mapping[str, ItemError]
) -> None:
    """Writes the letters of titles that were refused, and settles those of the others tried.

    `tried` holds the version (epoch ms) of each title. May be repeated.
    """
    rows = [keys.dead_letter(deadletters.title_letter(one, deadletters.INDEXING)) for one in tried]
    cells = table.get_many(rows, keys.LETTER)
    puts: list[Put] = []
    for (title, version), cell in zip(tried.items(), cells, strict=True):
        at = max(version, cell.version) if cell else version  # clocks of runs may differ
        if error := refused.get(title):
            puts.append(deadletters.put(_letter(title, place, error), at))
        elif cell and (letter := deadletters.decode(cell.value)).resolved_by is None:
            puts.append(deadletters.resolved_put(letter, RUN, at))
    table.write(sorted(puts))


def _letter(title: str, place: str, error: ItemError) -> DeadLetter:
    return DeadLetter(
        id=deadletters.title_letter(title, deadletters.INDEXING),
        run=RUN,
        partner="*",
        format=deadletters.INDEXING,
        path=deadletters.title_path(title),
        place=place,
        code=error.code,
        reason=str(error),
    )
