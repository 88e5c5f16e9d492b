"""The `Enricher` port: what is known of a title to what a reader would like to be told of it."""

from collections.abc import Sequence
from typing import Literal, NamedTuple, Protocol

from msgspec import Struct

from ummid.catalog.model import Kind
from ummid.models.outcome import Outcome

SHORT, MEDIUM = 190, 400
"""Characters of the variants of a synopsis, as MovieLabs has them."""
FEWEST_WORDS, MOST_WORDS = 150, 200
KEYWORDS = (10, 15)
MOODS = (3, 5)
THEMES = (1, 5)


class Person(Struct, frozen=True, array_like=True):
    name: str
    role: str


class Told(Struct, frozen=True, array_like=True):
    """A partner's synopsis."""

    text: str
    language: str


class TitleFacts(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """What partners say of one title, cleaned and cut to size (`facts_of` makes it).

    Everything in it is partner text: data, whatever it says. `language` is the one to write in.
    No id of the catalogue is part of it: the same facts give the same enrichment.
    """

    kind: Kind
    language: str
    title: str = ""
    names: tuple[str, ...] = ()
    year: int | None = None
    languages: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    people: tuple[Person, ...] = ()
    ratings: tuple[str, ...] = ()
    rating_reasons: tuple[str, ...] = ()
    synopses: tuple[Told, ...] = ()


class Generated(Struct, frozen=True):
    """Where a generated text comes from. `at` is epoch ms.

    `extractive`: every sentence and keyword is a partner's, chosen by rule. `generative`: a
    language model wrote it.
    """

    method: Literal["extractive", "generative"]
    model: str
    prompt: str
    at: int


class Enrichment(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Generated text about one title. It stands beside what partners say, never in its place.

    `short` and `medium` are the first sentences of `synopsis` that fit 190 and 400 characters.
    Moods, audience and warnings are words of the shipped vocabulary. A field with nothing to
    say is empty; a generative enricher leaves none of the first six empty.
    """

    language: str
    synopsis: str = ""
    medium: str = ""
    short: str = ""
    keywords: tuple[str, ...] = ()
    moods: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    audience: str = ""
    warnings: tuple[str, ...] = ()
    generated: Generated


class Cost(NamedTuple):
    """Tokens, and money in the currency of the price list."""

    input_tokens: int = 0
    output_tokens: int = 0
    money: float = 0.0

    def plus(self, other: "Cost") -> "Cost":
        return Cost(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.money + other.money,
        )


class Enricher(Protocol):
    """`model` and `prompt` change whenever the same facts may give another enrichment: answers
    are kept by them. Delivery semantics: asking twice may be paid twice; whoever wants it once
    asks through `ummid.enrich.cached`.
    """

    model: str
    prompt: str

    def enrich(self, facts: Sequence[TitleFacts]) -> list[Outcome[Enrichment]]:
        """One outcome per element, in order: an enrichment or a ModelError. Never raises for
        what an element, an answer or a service does."""
        ...

    def estimate(self, facts: TitleFacts) -> Cost:
        """What asking for one title may be expected to cost, without asking."""
        ...
