"""What can be found: the texts of a title by field, and the restricts that filters ask about."""

from typing import NamedTuple

from msgspec import Struct

from ummid.stores.vectors import Restricts


class Document(Struct, frozen=True, kw_only=True):
    """`titles`: in all languages and a.k.a., the display name first. `genres` are the words that
    a person may ask with; those that filters compare are tokens of `restricts`. `generated` is
    what a model says of the title: words to find it by, and no part of its meaning, so that a
    vector is made of partners' words alone. Documents of one `series` may be limited in an answer.
    `labels` are tokens as people write them, where that differs: (namespace, token, written).
    """

    id: str
    titles: tuple[str, ...] = ()
    text: str = ""
    tagline: str = ""
    keywords: tuple[str, ...] = ()
    genres: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    generated: tuple[str, ...] = ()
    kind: str = ""
    year: int | None = None
    restricts: Restricts = Restricts()
    series: str = ""
    labels: tuple[tuple[str, str, str], ...] = ()

    @property
    def meaning(self) -> str:
        """The text to embed."""
        parts = (*self.titles[:1], self.text, self.tagline, ", ".join(self.keywords))
        return ". ".join(part for part in parts if part)


class Field(NamedTuple):
    """How much a word counts in a field, and how far a long field dilutes it (BM25F's b)."""

    name: str
    weight: float
    dilution: float


FIELDS = (
    Field("titles", 1.0, 0.2),
    Field("genres", 1.0, 0.2),
    Field("text", 1.0, 0.75),
    Field("tagline", 1.0, 0.5),
    Field("keywords", 1.3, 0.2),
    Field("people", 1.0, 0.2),
    Field("generated", 0.15, 0.2),
)


def texts(document: Document) -> tuple[tuple[str, ...], ...]:
    """The texts of a document in the order of FIELDS."""
    return (
        document.titles,
        document.genres,
        (document.text,),
        (document.tagline,),
        document.keywords,
        document.people,
        document.generated,
    )
