"""A row on its way to a record."""

from collections.abc import Callable
from typing import Any

from ummid.catalog.model import (
    Credit,
    ExternalId,
    Organisation,
    Synopsis,
    Text,
    Warning,
)

CACHED = 20_000
"""Distinct cells remembered per column: genres, countries and years repeat, synopses do not."""


class Draft:
    """What the cells met so far say. `fields` hold single values by field name."""

    __slots__ = (
        "credits",
        "extra",
        "fields",
        "ids",
        "offer",
        "organisations",
        "synopses",
        "titles",
        "warnings",
    )

    def __init__(self) -> None:
        self.fields: dict[str, Any] = {}
        self.offer: dict[str, str] = {}
        self.extra: dict[str, str] = {}
        self.titles: list[Text] = []
        self.ids: list[ExternalId] = []
        self.credits: list[Credit] = []
        self.synopses: list[Synopsis] = []
        self.organisations: list[Organisation] = []
        self.warnings: list[Warning] = []

    def doubt(self, code: str, field: str, message: str) -> None:
        self.warnings.append(Warning(code, field, message))


Setter = Callable[[Draft, str], None]
