"""Enriching: what a model says of every title whose facts may have changed.

Which answer a title shows depends on its facts, the model and the prompt alone. Who waits stays
in the queue until the run ends, and what is left then waits for the next one.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from ummid.enrich.asking import OF_THE_SERVICE, Asking, asking_for, code_of
from ummid.errors import UmmidError
from ummid.ingest.context import Run
from ummid.models.enricher import TitleFacts
from ummid.models.facts import facts_of
from ummid.stores.table import Put, Table
from ummid.views import changes, deadletters, enrichments, generated, keys, queue, titles
from ummid.views.deadletters import DeadLetter
from ummid.views.generated import Pointer
from ummid.views.runs import Enriched

CHUNK = 200


class Ended(NamedTuple):
    """What became of one title: `enriched`, `kept`, `failed`, `left`, or `gone` where there is
    none any more. `why` says it of those that are left."""

    what: str
    why: str = ""


def enrich_partition(run: Run, table: Table, partition: str) -> Enriched:
    """Enriches the titles of a partition that wait for it."""
    found: list[Ended] = []
    ids = waiting(table, partition)
    for start in range(0, len(ids), CHUNK):
        found += enrich_titles(run, table, ids[start : start + CHUNK])
    return tally(found)


def waiting(table: Table, partition: str) -> list[str]:
    return queue.waiting(table, keys.unenriched_partition(partition))


def enrich_titles(run: Run, table: Table, title_ids: Sequence[str]) -> list[Ended]:
    """Enriches some titles, in the order given, with their changes, letters and queue in one write.

    Repeating it asks nothing again. Raises StoreError alone.
    """
    if run.enricher is None:
        raise ValueError("a run without an enricher enriches nothing")
    step = _Enrich(run, table, asking_for(run.id, run.enricher, table))
    return step.titles(title_ids)


def tally(found: Iterable[Ended]) -> Enriched:
    ended = list(found)
    counts = Counter(one.what for one in ended)
    return Enriched(
        counts["enriched"],
        counts["kept"],
        counts["failed"],
        counts["left"],
        next((one.why for one in ended if one.what == "left"), ""),
    )


def queue_stale(run: Run, table: Table, partition: str) -> int:
    """Queues the published titles whose enrichment is not of their facts, or of another model
    or prompt; gives their number.
    """
    if run.enricher is None:
        return 0
    asking = asking_for(run.id, run.enricher, table)
    stale = list(_stale(table, partition, generated.maker(asking.model, asking.prompt)))
    table.write(queue.puts(keys.unenriched, stale, run.id, f"{partition}stale", run.known))
    return len(stale)


def _stale(table: Table, partition: str, maker: str) -> Iterator[str]:
    lead = len(keys.title(""))
    for key, row in groupby(table.scan(keys.title(partition)), key=itemgetter(0)):
        cells = {column: cell.value for _, column, cell in row}
        pointer = generated.decode(cells.get(keys.GENERATED, b""))
        wanted = (titles.etag(cells.get(keys.BODY, b"")), maker)
        if cells.get(keys.BODY) and (pointer is None or (pointer.of, pointer.who) != wanted):
            yield key[lead:].decode()


class _Answer(NamedTuple):
    what: str
    content: str = ""
    error: UmmidError | None = None

    @property
    def ended(self) -> Ended:
        return Ended(self.what, str(self.error) if self.error else "")


_GONE = _Answer("gone")


class _Enrich:
    def __init__(self, run: Run, table: Table, asking: Asking) -> None:
        self._run, self._table, self._asking = run, table, asking
        self._maker = generated.maker(asking.model, asking.prompt)
        self._puts: list[Put] = []
        self._changed: list[str] = []
        self._again: list[str] = []

    def titles(self, title_ids: Sequence[str]) -> list[Ended]:
        table, run = self._table, self._run
        cells = table.get_many([keys.title(one) for one in title_ids], keys.BODY)
        stored = {
            one: cell.value
            for one, cell in zip(title_ids, cells, strict=True)
            if cell is not None and cell.value
        }
        pointers = generated.pointers(table, title_ids)
        letters = {one.path: one for one in deadletters.standing(table, title_ids)}
        found = self._answers({t: facts_of(titles.decode_title(b)) for t, b in stored.items()})
        answers = [found.get(one, _GONE) for one in title_ids]
        for one, pointer, answer in zip(title_ids, pointers, answers, strict=True):
            self._point(one, titles.etag(stored.get(one, b"")), pointer, answer)
            self._file(one, letters.get(deadletters.title_path(one)), answer)
        shown = [(one, "updated", ("generated",)) for one in self._changed]
        self._puts += changes.puts(table, shown, run.id, run.known)
        if self._again:
            part = f"{queue.LEFT}-{self._again[0]}"
            self._puts += queue.puts(keys.unenriched, self._again, run.id, part, run.known)
        table.write(sorted(self._puts))
        return [answer.ended for answer in answers]

    def _answers(self, told: Mapping[str, TitleFacts]) -> dict[str, _Answer]:
        """By title. Alike facts are asked once."""
        model, prompt = self._asking.model, self._asking.prompt
        contents = {t: enrichments.content_id(model, prompt, facts) for t, facts in told.items()}
        kept = zip(told, enrichments.read(self._table, [*contents.values()]), strict=True)
        known = {title for title, enrichment in kept if enrichment is not None}
        missing = [title for title in told if title not in known]
        outcomes = self._asking.enrich([told[title] for title in missing])
        answers = {title: _Answer("kept", contents[title]) for title in known}
        for title, outcome in zip(missing, outcomes, strict=True):
            if outcome.error is None:
                answers[title] = _Answer("enriched", contents[title])
            else:
                left = code_of(outcome.error) == "budget"
                answers[title] = _Answer("left" if left else "failed", error=outcome.error)
        return answers

    def _point(self, title: str, etag: str, before: Pointer | None, answer: _Answer) -> None:
        """Without an answer a title keeps what it shows, if that is of its facts as they are."""
        after = before if before and before.of == etag else None
        if answer.content:
            after = Pointer(etag, self._maker, answer.content)
        if after != before:
            self._puts.append(generated.put(title, after, self._run.known))
            if after is not None:
                self._changed.append(title)

    def _file(self, title: str, letter: DeadLetter | None, answer: _Answer) -> None:
        """Files a letter about a failure, and settles that of one that has passed."""
        run, error = self._run, answer.error
        if error is None:
            if letter is not None:
                self._puts.append(deadletters.resolved_put(letter, run.id, run.known))
            return
        if answer.what == "failed":
            self._puts.append(deadletters.put(self._letter(title, error), run.known))
        if code_of(error) in OF_THE_SERVICE:
            self._again.append(title)

    def _letter(self, title: str, error: UmmidError) -> DeadLetter:
        return DeadLetter(
            id=deadletters.title_letter(title),
            run=self._run.id,
            partner="*",
            format=deadletters.ENRICHMENT,
            path=deadletters.title_path(title),
            place=f"{self._asking.model} {self._asking.prompt}",
            code=code_of(error),
            reason=str(error),
            retryable=error.retryable,
        )
