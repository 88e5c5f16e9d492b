"""How each Gemini embedding model wants its texts, and how many at once.

Limits are those of the documentation as of 2026; what a model refuses all the same is asked for
in halves by the embedder, so that a wrong number here costs calls and no answer.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ummid.models.embedder import Task

BYTES_PER_TOKEN = 3
"""On the safe side: English has about four, Chinese three."""
_LONGEST_TOKEN = 8
"""Bytes: a text of so many for each token read holds all that is read."""


@dataclass(frozen=True)
class Form:
    """`texts` and `tokens`: at most in one request; `longest`: tokens that are read of a text;
    `prefixes`: how a text begins where the model takes its task from there."""

    texts: int
    tokens: int
    longest: int
    prefixes: Mapping[Task, str] | None = None

    def prepared(self, text: str, task: Task) -> str:
        """As it is sent: what would not be read is cut off, so that it counts nowhere."""
        whole = (self.prefixes[task] if self.prefixes else "") + text
        coded = whole.encode("utf-8", "replace")[: self.longest * _LONGEST_TOKEN]
        return coded.decode("utf-8", "ignore")

    def size(self, text: str) -> int:
        """Tokens, rather too many than too few."""
        return -(-len(text.encode()) // BYTES_PER_TOKEN)

    def most(self, texts: Iterable[str]) -> int:
        """Tokens that a request of these can be charged for."""
        return sum(min(self.size(text), self.longest) for text in texts)

    def requests(self, texts: Iterable[str]) -> Iterator[list[str]]:
        """Texts in order, so many together as one request may hold."""
        some: list[str] = []
        held = 0
        for text in texts:
            size = self.size(text)
            if some and (len(some) == self.texts or held + size > self.tokens):
                yield some
                some, held = [], 0
            some.append(text)
            held += size
        if some:
            yield some


def form_of(model: str, *, on_vertex: bool) -> Form:
    if "gemini-embedding-2" in model:
        # Several contents of one call would be read as parts of one text.
        prefixes: dict[Task, str] = {
            "query": "task: search result | query: ",
            "document": "title: none | text: ",
        }
        return Form(1, 8192, 8192, prefixes)
    return Form(250 if on_vertex else 100, 20_000, 2048)
