"""An XMLTV programme while its children are being read."""

import sys

from ummid.catalog.languages import language
from ummid.catalog.model import (
    Artwork,
    Credit,
    ExternalId,
    Genre,
    Rating,
    Release,
    Synopsis,
    Technical,
    Text,
    Track,
    Warning,
)
from ummid.catalog.territories import Territories
from ummid.feeds.xml import Element, text
from ummid.feeds.xmltv_values import Numbers, spoken


class Draft:
    """A programme as its children are met; every list keeps the file's order."""

    def __init__(self, territories: Territories) -> None:
        self.territories = territories
        self.titles: list[Text] = []
        self.subtitles: list[Text] = []
        self.synopses: list[Synopsis] = []
        self.credits: list[Credit] = []
        self.genres: list[Genre] = []
        self.keywords: list[str] = []
        self.languages: list[str] = []
        self.countries: list[str] = []
        self.ratings: list[Rating] = []
        self.releases: list[Release] = []
        self.artwork: list[Artwork] = []
        self.links: list[str] = []
        self.ids: list[ExternalId] = []
        self.tracks: list[Track] = []
        self.flags: list[str] = []
        self.warnings: list[Warning] = []
        self.extra: dict[str, str] = {}
        self.date = ""
        self.year: int | None = None
        self.original_language: str | None = None
        self.duration_ms: int | None = None
        self.aspect: str | None = None
        self.colour: str | None = None
        self.size: tuple[int, int] | None = None
        self.numbers = Numbers()
        self.number_text: str | None = None
        self.progid: ExternalId | None = None

    def doubt(self, code: str, field: str, message: str) -> None:
        self.warnings.append(Warning(code, field, message))

    def tag(self, element: Element, field: str) -> str:
        """The element's `lang`, `und` where there is none or it names no language."""
        raw = element.get("lang")
        if not raw:
            return "und"
        tag = language(raw)
        if tag is None:
            self.doubt("unknown-language", field, f"lang {raw!r} names no language")
        return sys.intern(tag or "und")

    def language_of(self, element: Element, field: str) -> str | None:
        """A language written as text, by code or English name."""
        raw = text(element)
        tag = spoken(raw)
        if raw and tag is None:
            self.doubt("unknown-language", field, f"{raw!r} names no language")
        return tag

    def note(self, name: str, value: str) -> None:
        """A fact without a field of its own; several of one name are kept side by side."""
        if value:
            self.extra[name] = f"{self.extra[name]} | {value}" if name in self.extra else value

    def technical(self) -> Technical | None:
        width, height = self.size or (None, None)
        found = Technical(
            duration_ms=self.duration_ms,
            width=width,
            height=height,
            aspect_ratio=self.aspect,
            colour=self.colour,
            tracks=tuple(self.tracks),
        )
        return None if found == Technical() else found
