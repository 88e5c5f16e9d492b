"""The `Embedder` port: texts to vectors."""

from collections.abc import Sequence
from typing import Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from ummid.models.outcome import Outcome

Vector = NDArray[np.float32]
Task = Literal["document", "query"]
"""Asymmetric models read a catalogue's text and a person's question differently."""


class Embedder(Protocol):
    """`name` changes whenever the same text may get another vector: vectors are cached by it."""

    name: str
    dimensions: int

    def embed(self, texts: Sequence[str], task: Task) -> list[Outcome[Vector]]:
        """One outcome per text, in order: a vector of length 1, or why there is none."""
        ...
