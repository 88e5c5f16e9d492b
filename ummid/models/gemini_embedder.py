"""The Gemini embedder: many texts a request, and never a vector for the text beside it."""

import asyncio
import random
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ummid.errors import ConfigError, ModelError
from ummid.models.budget import Budget, check_priced
from ummid.models.calls import Batch, CallConfig, Calls, code_of
from ummid.models.embedder import Task, Vector
from ummid.models.enricher import Cost
from ummid.models.gemini_calls import Endpoint, failing
from ummid.models.gemini_texts import Form, form_of
from ummid.models.outcome import Outcome
from ummid.models.prices import Prices

if TYPE_CHECKING:
    from google import genai

_HOW = 1
"""Goes up when the same text may get another vector by how we ask."""
_TASKS = {"query": "RETRIEVAL_QUERY", "document": "RETRIEVAL_DOCUMENT"}
_LEAST, _MOST = 128, 3072
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_HALVED = {"refused", "misaligned"}
_HOPELESS = 3
"""Texts refused each by itself, and none answered: the next will be refused as well."""
_EMPTY: Outcome[Vector] = Outcome(
    error=ModelError("empty", "an empty text has no meaning to embed; leave it out")
)

_Outcomes = dict[str, Outcome[Vector]]


@dataclass(frozen=True)
class EmbeddingConfig(CallConfig):
    """`dimensions`: 128 to 3072. `deadline` is for a batch of documents, `query_deadline` for a
    question, behind which a person waits; both in seconds."""

    model: str = "gemini-embedding-001"
    dimensions: int = 768
    endpoint: Endpoint = field(default_factory=Endpoint)
    prices: Prices | None = None
    rate: float = 10.0
    most_rate: float = 500.0
    query_deadline: float = 2.0


class _Reply(NamedTuple):
    """`tokens`: 0 when the service does not say; `cut`: texts of which the end was not read."""

    vectors: list[list[float]]
    tokens: int
    cut: int


@dataclass
class _Asked:
    """What one call of `embed` has come to so far."""

    task: Task
    batch: Batch
    answered: bool = False
    refused: int = 0


class GeminiEmbedder:
    """See `Embedder`. Threads may share one: pace, budget and connections are common to them.

    Equal texts of a call are asked for once. A request whose answer has another number of vectors
    than it had texts is not used: nobody knows whose is missing. It and one that is refused are
    asked again in halves, until only the texts that are to blame have an error. `counts` says
    what happened. `budget` limits documents; questions are counted in `asked` and not limited, so
    that a server does not fall silent by what indexing may spend.
    """

    def __init__(
        self,
        config: EmbeddingConfig,
        budget: Budget | None = None,
        *,
        chance: Callable[[], float] = random.random,
    ) -> None:
        if not _NAME.fullmatch(config.model):
            raise ConfigError(f"embed_model {config.model!r}: a name as in gemini-embedding-001")
        if not _LEAST <= config.dimensions <= _MOST:
            raise ConfigError(
                f"embed_dimensions {config.dimensions}: {_LEAST} to {_MOST}; 768 is usual"
            )
        self.budget, self.asked = budget or Budget(), Budget()
        check_priced(self.budget, config.prices)
        self.name = f"{config.model}-{config.dimensions}-{_HOW}"
        self.dimensions = config.dimensions
        self._config = config
        self._prices = config.prices or Prices(0, 0)
        self._form = form_of(config.model, on_vertex=bool(config.endpoint.project))
        self._calls = Calls(config.endpoint, config, chance)

    @property
    def counts(self) -> Counter[str]:
        return self._calls.counts

    def embed(self, texts: Sequence[str], task: Task) -> list[Outcome[Vector]]:
        return self._calls.run(self._all(texts, task))

    def estimate(self, texts: Sequence[str]) -> Cost:
        """What embedding these as documents may cost at most, without asking."""
        wanted = {self._form.prepared(text, "document") for text in texts if text.strip()}
        return self._prices.of(self._form.most(wanted), 0)

    def close(self) -> None:
        self._calls.close()

    async def _all(self, texts: Sequence[str], task: Task) -> list[Outcome[Vector]]:
        within = self._config.deadline if task == "document" else self._config.query_deadline
        asked = _Asked(task, self._calls.batch(within))
        sent = [self._form.prepared(text, task) if text.strip() else None for text in texts]
        wanted = dict.fromkeys(text for text in sent if text is not None)
        found: _Outcomes = {}
        parts = (self._request(some, asked) for some in self._form.requests(wanted))
        for part in await asyncio.gather(*parts):
            found |= part
        for _, error in found.values():
            self.counts["embedded" if error is None else code_of(error)] += 1
        return [_EMPTY if text is None else found[text] for text in sent]

    async def _request(self, texts: list[str], asked: _Asked) -> _Outcomes:
        outcome = await self._calls.outcome(self._answered(texts, asked), asked.batch)
        if outcome.value is not None:
            asked.answered = True
            return dict(zip(texts, map(self._vector, outcome.value.vectors), strict=True))
        if code_of(outcome.error) not in _HALVED:
            return dict.fromkeys(texts, Outcome(error=outcome.error))
        if len(texts) == 1:
            self._refused(outcome.error, asked)
            return {texts[0]: Outcome(error=outcome.error)}
        self.counts["halved"] += 1
        middle = len(texts) // 2
        # One after the other: when all are refused, that shows before each was asked for.
        found = await self._request(texts[:middle], asked)
        return found | await self._request(texts[middle:], asked)

    def _refused(self, error: Any, asked: _Asked) -> None:
        asked.refused += code_of(error) == "refused"
        if asked.refused >= _HOPELESS and not asked.answered:
            asked.batch.closed = ModelError("denied", f"{error}; check model and embed_dimensions")

    async def _answered(self, texts: list[str], asked: _Asked) -> _Reply:
        """As many vectors as texts. Raises ModelError."""
        client, config = self._calls.connection.client, self._config
        settings = _settings(config, self._form, asked.task)
        reply = await self._calls.answered(
            lambda: _embed(client, config.model, texts, settings, config.timeout),
            lambda reply: self._cost(reply, len(texts)),
            self._prices.of(self._form.most(texts), 0),
            self.budget if asked.task == "document" else self.asked,
            asked.batch,
        )
        if len(reply.vectors) != len(texts):
            raise ModelError(
                "misaligned",
                f"{config.model} gave {len(reply.vectors)} vectors for {len(texts)} texts",
                retryable=True,
            )
        self.counts["cut"] += reply.cut
        return reply

    def _cost(self, reply: _Reply, texts: int) -> Cost | None:
        if not reply.tokens or len(reply.vectors) != texts:  # it does not say
            return None
        return self._prices.of(reply.tokens, 0)

    def _vector(self, numbers: list[float]) -> Outcome[Vector]:
        if len(numbers) != self.dimensions:
            return Outcome(
                error=ModelError(
                    "wrong-dimensions",
                    f"{self._config.model} gave {len(numbers)} numbers, not {self.dimensions}; "
                    "embed_dimensions must be a length that the model offers",
                )
            )
        vector = np.array(numbers, np.float64)
        with np.errstate(over="ignore", invalid="ignore"):
            length = float(np.linalg.norm(vector))
        if not 0 < length < np.inf:
            message = f"{self._config.model} gave a vector of the length {length}"
            return Outcome(error=ModelError("no-direction", message, retryable=True))
        # Only vectors of the full size come with the length 1.
        return Outcome((vector / length).astype(np.float32))


async def _embed(
    client: "genai.Client", model: str, texts: list[str], settings: Any, timeout: float
) -> _Reply:
    """Asks once. Raises Failure."""
    async with failing(timeout):
        contents: Any = texts
        response = await client.aio.models.embed_content(
            model=model, contents=contents, config=settings
        )
        found = response.embeddings or []
        said = [each.statistics for each in found if each.statistics]
        return _Reply(
            [each.values or [] for each in found],
            round(sum(each.token_count or 0 for each in said)) if len(said) == len(found) else 0,
            sum(bool(each.truncated) for each in said),
        )


def _settings(config: EmbeddingConfig, form: Form, task: Task) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "output_dimensionality": config.dimensions,
        "http_options": {"timeout": round(config.timeout * 1000)},
    }
    if form.prefixes is None:
        settings["task_type"] = _TASKS[task]
    if config.endpoint.project:
        settings["auto_truncate"] = True
    return settings
