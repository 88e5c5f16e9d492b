"""The `Embedder` that needs no network and no key."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ummid.errors import ConfigError, UmmidError
from ummid.machine import usable_cores
from ummid.models.embedder import Task, Vector
from ummid.models.minilm.wordpiece import WordPiece
from ummid.models.outcome import Outcome

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

_FOLDER = Path(__file__).parent
_LONGEST = 256
"""Tokens read of a text: what the model was trained on."""


class MiniLM:
    """384 numbers a text, English; the task makes no difference to this model.

    Texts run one by one, each core with one of its own: int8 activations are scaled by what runs
    together, so that in a batch a vector would depend on its neighbours, and a cached one would not
    be the one made anew.
    """

    name = "minilm-l6-int8-1"
    dimensions = 384

    def __init__(self, folder: Path = _FOLDER, threads: int = 1) -> None:
        self._folder = folder
        self._threads = threads

    def embed(self, texts: Sequence[str], task: Task) -> list[Outcome[Vector]]:  # noqa: ARG002
        if len(texts) < 2:
            return [self._embed(text) for text in texts]
        _ = self._words, self._model  # loaded once, before threads ask for them
        with ThreadPoolExecutor(usable_cores()) as pool:
            return list(pool.map(self._embed, texts))

    def _embed(self, text: str) -> Outcome[Vector]:
        if not text.strip():
            return Outcome(error=UmmidError("an empty text has no meaning to embed; leave it out"))
        numbers = np.array([self._words.encode(text)], np.int64)
        (vectors,) = self._model.run(
            None, {"input_ids": numbers, "attention_mask": np.ones_like(numbers)}
        )
        return Outcome(np.asarray(vectors[0], np.float32))

    @cached_property
    def _words(self) -> WordPiece:
        return WordPiece(self._file("vocab.txt").read_text(encoding="utf-8").splitlines(), _LONGEST)

    @cached_property
    def _model(self) -> "InferenceSession":
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = self._threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        return onnxruntime.InferenceSession(
            str(self._file("model.onnx")), options, providers=["CPUExecutionProvider"]
        )

    def _file(self, name: str) -> Path:
        file = self._folder / name
        if not file.is_file():
            raise ConfigError(
                f"{file} is missing; `make model` makes it from the published weights"
            )
        return file
