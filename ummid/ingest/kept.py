"""Copies of the files that dead letters come from, so that a replay does not depend on the
partner's folder being as it was."""

import shutil
from pathlib import Path

from ummid.catalog.keys import stable_id
from ummid.opening import beside
from ummid.views.deadletters import Origin

MAX_KEPT = 64 * 1024 * 1024
"""Bytes. A larger file is replayed from where it lies."""


def kept_path(store: Path, origin: Origin) -> Path:
    return beside(store) / "kept" / stable_id("kept", origin.location)


def keep(store: Path, origin: Origin) -> None:
    """Keeps a local file aside. What is not local, or too large, is left where it is."""
    original, copy = Path(origin.location), kept_path(store, origin)
    try:
        if original.samefile(copy) if copy.exists() else False:
            return
        if not original.is_file() or original.stat().st_size > MAX_KEPT:
            return
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(original, copy)
    except OSError:  # the file went away: the letter itself is safe, with its raw fragment
        return
