"""Search for the API: the newest index of the store, opened when first asked for."""

from collections.abc import Iterable
from threading import Lock
from time import monotonic

from serving.catalogue import Catalogue
from serving.problems import Problem
from ummid.errors import StoreError
from ummid.search import stored
from ummid.search.choose import Chosen
from ummid.search.published import documents
from ummid.search.stored import Opened
from ummid.views import titles
from ummid.views.titles import Named

_LOOK_EVERY = 1.0
"""Seconds between looks for a newer index."""


class Finder:
    """Every process opens its own, after the server has forked; files are mapped, so shared."""

    def __init__(self, catalogue: Catalogue, means: Chosen) -> None:
        self._catalogue = catalogue
        self._opening = Lock()
        self._opened: Opened | None = None
        self._looked = -_LOOK_EVERY
        self._means = means

    def opened(self) -> Opened:
        """Raises Problem while nothing is indexed."""
        with self._opening:
            if monotonic() - self._looked >= _LOOK_EVERY:
                self._looked = monotonic()
                folder = self._catalogue.folder
                if self._opened is None or stored.newest(folder) != self._opened.serial:
                    try:
                        self._opened = stored.open_search(folder, *self._means)
                    except StoreError as error:
                        if self._opened is None:
                            raise Problem("search-unavailable", str(error)) from error
            if self._opened is None:
                raise Problem("search-unavailable", "nothing is indexed; run `ummid index`")
            return self._opened

    def named(self, title_ids: Iterable[str]) -> dict[str, Named]:
        """What an answer shows of each title that is published now."""
        return titles.named(self._catalogue.table, [*title_ids])

    def meaning(self, title_id: str) -> str:
        """The text that a published title is embedded by; "" when it has none."""
        (found,) = documents(self._catalogue.table, [title_id])
        return found.meaning if found else ""
