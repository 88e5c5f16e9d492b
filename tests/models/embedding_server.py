"""Gemini's embedding models on 127.0.0.1: their paths, their shapes, their documented limits."""

import json
import re
import threading
from collections import Counter
from collections.abc import Callable
from hashlib import blake2b
from typing import Any, NamedTuple

import numpy as np

from tests.models.wire import Reply, refuses

_FULL = 3072
_LONGEST = 2048


class Asked(NamedTuple):
    """One request as it was understood, whatever its path. `n`: how many came before it."""

    texts: tuple[str, ...]
    task: str | None
    dimensions: int
    n: int


Script = Callable[[Asked], Reply | None]


def meant(text: str, task: str | None, dimensions: int = _FULL) -> "np.ndarray[Any, Any]":
    """The beginning of a vector of the full size: a sum of its words', so that texts that share
    words are alike; not of length 1 unless whole, as with the real ones."""
    words = re.findall(r"\w+", text.lower()) or ["-"]
    whole = np.zeros(_FULL)
    for word in words:
        seed = int.from_bytes(blake2b(word.encode(), digest_size=8).digest(), "big")
        whole += np.random.default_rng(seed).standard_normal(_FULL)
    whole[0] += 0.1 * (task == "RETRIEVAL_QUERY")
    return (whole / np.linalg.norm(whole))[:dimensions]  # type: ignore[no-any-return]


class Embeddings:
    """`script` may answer in the model's place. `paid`: how often each text got a vector that was
    sent back; `tokens` what that costs."""

    def __init__(self) -> None:
        self.script: Script = lambda _: None
        self.asked: list[Asked] = []
        self.requests: list[tuple[str, dict[str, str], dict[str, Any]]] = []
        self.paid: Counter[str] = Counter()
        self.tokens = 0
        self.url = ""
        self.over = threading.Event()
        self._lock = threading.Lock()

    def reply(self, path: str, headers: dict[str, str], request: dict[str, Any]) -> Reply:
        method = path.rpartition(":")[2]
        with self._lock:
            asked = _READ[method](request, len(self.asked))
            self.asked.append(asked)
            self.requests.append((path, headers, request))
            found = self.script(asked) or self._refused(method, asked)
            if found is None:
                found = answer(method, asked)
            if found.status == 200 and not found.breaks:
                self.paid.update(asked.texts)
                self.tokens += sum(map(tokens_of, asked.texts))
            return found

    def _refused(self, method: str, asked: Asked) -> Reply | None:
        most = {"predict": 250, "batchEmbedContents": 100, "embedContent": 1}[method]
        total = sum(map(tokens_of, asked.texts))
        if len(asked.texts) > most or total > 20_000 or not 1 <= asked.dimensions <= _FULL:
            return refuses(400, "INVALID_ARGUMENT")
        return None


def tokens_of(text: str) -> int:
    return min(_LONGEST, len(text.split()))


def answer(method: str, asked: Asked, drop: int | None = None, **instead: Any) -> Reply:
    """What the API says; without the vector at `drop`, or with another `values` there."""
    vectors: list[Any] = [meant(t, asked.task, asked.dimensions).tolist() for t in asked.texts]
    if "values" in instead:
        vectors[drop or 0] = instead["values"]
    elif drop is not None:
        del vectors[drop]
    if method == "predict":
        stated = [
            {"token_count": tokens_of(text), "truncated": len(text.split()) > _LONGEST}
            for text in asked.texts
        ]
        body: dict[str, Any] = {
            "predictions": [
                {"embeddings": {"values": vector, "statistics": said}}
                for vector, said in zip(vectors, stated, strict=False)
            ]
        }
    elif method == "batchEmbedContents":
        body = {"embeddings": [{"values": vector} for vector in vectors]}
    else:
        count = sum(map(tokens_of, asked.texts))
        body = {
            "embedding": {"values": vectors[0] if vectors else []},
            "usageMetadata": {"promptTokenCount": count},
        }
    return Reply(body=json.dumps(body).encode())


def _predict(request: dict[str, Any], n: int) -> Asked:
    instances = request["instances"]
    (task,) = {each.get("task_type") for each in instances}
    texts = tuple(each["content"] for each in instances)
    return Asked(texts, task, request["parameters"]["outputDimensionality"], n)


def _batch(request: dict[str, Any], n: int) -> Asked:
    each = request["requests"]
    ((task, dimensions),) = {(r.get("taskType"), r["outputDimensionality"]) for r in each}
    return Asked(tuple(_text(r["content"]) for r in each), task, dimensions, n)


def _single(request: dict[str, Any], n: int) -> Asked:
    config = request["embedContentConfig"]
    dimensions = config["outputDimensionality"]
    return Asked((_text(request["content"]),), config.get("taskType"), dimensions, n)


def _text(content: dict[str, Any]) -> str:
    return "".join(part["text"] for part in content["parts"])


_READ = {"predict": _predict, "batchEmbedContents": _batch, "embedContent": _single}
