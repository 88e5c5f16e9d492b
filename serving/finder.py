"""Search for the API: the newest index of the store, opened when first asked for."""

from collections.abc import Iterable, Sequence
from threading import Lock
from time import monotonic

from serving.catalogue import Catalogue
from serving.problems import Problem
from ummid.errors import StoreError
from ummid.search import stored
from ummid.search.asked import Answered, Answers, Asked, RememberingEmbedder
from ummid.search.choose import Chosen
from ummid.search.published import documents
from ummid.search.stored import Opened
from ummid.stores.cache import Cache, MemoryCache
from ummid.views import titles
from ummid.views.titles import Named

_TRY_EVERY = 1.0
"""Seconds from an attempt that failed to the next one."""


class Finder:
    """Every process opens its own, after the server has forked; files are mapped, so shared."""

    def __init__(self, catalogue: Catalogue, means: Chosen, cache: Cache | None = None) -> None:
        self._catalogue = catalogue
        self._opening = Lock()
        self._opened: Opened | None = None
        self._failed = float("-inf")
        kept = MemoryCache() if cache is None else cache
        self._model = RememberingEmbedder(means.embedder, kept)
        self._vectors = means.vectors
        self._answers = Answers(kept)

    def opened(self) -> Opened:
        """The index as it is now. Raises Problem while nothing is indexed."""
        with self._opening:
            now = stored.generation(self._catalogue.folder, self._model, self._vectors)
            if self._opened is None or self._opened.generation != now:
                self._renew(now)
            if self._opened is None:
                raise Problem("search-unavailable", "nothing is indexed; run `ummid index`")
            return self._opened

    def answer(self, opened: Opened, asked: Asked, spaces: Sequence[str]) -> Answered:
        """Answers a question, or repeats what was answered since the index is as it is."""
        # A process that cannot open the vectors answers for itself alone.
        state = f"{opened.generation} {opened.trouble}"
        return self._answers.of(opened.searcher, opened.catalogue, state, asked, spaces)

    def named(self, title_ids: Iterable[str]) -> dict[str, Named]:
        """What an answer shows of each title that is published now."""
        return titles.named(self._catalogue.table, [*title_ids])

    def meaning(self, title_id: str) -> str:
        """The text that a published title is embedded by; "" when it has none."""
        (found,) = documents(self._catalogue.table, [title_id])
        return found.meaning if found else ""

    def _renew(self, now: str) -> None:
        folder, known = self._catalogue.folder, self._opened
        if known and not known.trouble and stored.newest(folder) == known.serial:
            # The vector index follows its files by itself.
            self._opened = known._replace(generation=now)
        elif monotonic() - self._failed >= _TRY_EVERY:
            try:
                self._opened = stored.open_search(folder, self._model, self._vectors)
            except StoreError as error:
                self._failed = monotonic()
                if known is None:
                    raise Problem("search-unavailable", str(error)) from error
