"""The adapters of the `VectorIndex` port, as their tests and child processes open them."""

import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from ummid.stores.mapped.index import MappedVectorIndex
from ummid.stores.vectors import VectorIndex

ROOT = Path(__file__).resolve().parents[2]
DIMENSIONS = 4

ADAPTERS: dict[str, Callable[[Path, int], VectorIndex]] = {
    "mapped": MappedVectorIndex,
    "mapped, short journal": partial(MappedVectorIndex, journaled=3),
}
"""How to open an index whose data belong to a folder: the same folder, the same index."""

_CHILD = """
import sys
from pathlib import Path
import numpy as np
from tests.stores.vector_adapters import ADAPTERS, DIMENSIONS
from ummid.stores.vectors import *
index = ADAPTERS[sys.argv[1]](Path(sys.argv[2]), DIMENSIONS)
"""


def child(adapter: str, folder: Path, program: str) -> "subprocess.Popen[str]":
    """Another process that runs `program`, in which `index` is the index of the folder."""
    return subprocess.Popen(
        [sys.executable, "-c", _CHILD + program, adapter, str(folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
