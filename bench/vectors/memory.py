"""The memory of a process that searches: what is its own, and what it shares by mapping."""

import json
import subprocess
import sys
from pathlib import Path

_READER = """
import json, sys
from pathlib import Path
import numpy as np
from bench.vectors.memory import sizes
from ummid.stores.mapped.index import MappedVectorIndex
from ummid.stores.vectors import Filter
before = sizes()
queries = np.load(sys.argv[2])
index = MappedVectorIndex(Path(sys.argv[1]), queries.shape[1], readonly=True)
for query in queries:
    for token in [None, *sys.argv[3:]]:
        index.search(query, 10, Filter() if token is None else Filter(allow={"in": (token,)}))
after = sizes()
print(json.dumps({
    "private_mb": round(after["Anonymous"] - before["Anonymous"], 1),
    "process_private_mb": round(after["Anonymous"], 1),
    "mapped_mb": round(after["Rss"] - after["Anonymous"], 1),
}))
"""


def reader(index: Path, queries: Path, tokens: list[str]) -> dict[str, float]:
    """MB of a process of its own, after it has asked everything."""
    done = subprocess.run(
        [sys.executable, "-c", _READER, str(index), str(queries), *tokens],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).resolve().parents[2],
    )
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


def sizes() -> dict[str, float]:
    """MB by kind."""
    lines = Path("/proc/self/smaps_rollup").read_text(encoding="ascii").splitlines()[1:]
    return {line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines}
