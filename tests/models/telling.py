"""Facts to enrich, and answers such as a model gives."""

import json
from collections.abc import Sequence
from typing import Any

from ummid.models.enricher import Person, TitleFacts, Told

TOLD = (
    "A retired detective returns to the harbour town where he grew up. There he finds that the "
    "case which ended his career was never closed. As winter settles over the docks, he begins "
    "to doubt the people he once trusted."
)
SENTENCES = (
    "A retired detective comes back to the harbour town where he grew up.",
    "The case that ended his career, he learns, was never closed.",
    "Winter settles over the docks while he walks from door to door and asks the same questions.",
)
FILLER = (
    "The people he once trusted give him answers that do not fit together, and each of them seems "
    "to hold back a part of what happened in that long night by the water."
)


def facts(title: str = "The Harbour", told: str = TOLD, **more: Any) -> TitleFacts:
    given: dict[str, Any] = {
        "kind": "film",
        "language": "en",
        "title": title,
        "year": 1994,
        "genres": ("Thriller", "Mystery"),
        "people": (Person("Ada Lund", "director"),),
        "synopses": (Told(told, "en"),) if told else (),
    }
    return TitleFacts(**{**given, **more})


def many(count: int) -> list[TitleFacts]:
    return [facts(f"Harbour {number}") for number in range(count)]


def synopsis(sentences: Sequence[str] = SENTENCES, filler: str = FILLER, times: int = 4) -> str:
    """173 words, as it stands."""
    return " ".join((*sentences, *[filler] * times))


def answer(**instead: Any) -> dict[str, Any]:
    given: dict[str, Any] = {
        "synopsis": synopsis(),
        "keywords": [
            *("retired detective", "harbour town", "cold case", "winter", "docks", "old friends"),
            *("investigation", "distrust", "return home", "unsolved case", "small town"),
        ],
        "moods": ["suspenseful", "mysterious", "melancholic"],
        "themes": ["guilt", "trust"],
        "audience": "adults",
        "warnings": [],
        "language": "en",
    }
    return {**given, **instead}


def written(**instead: Any) -> str:
    return json.dumps(answer(**instead), ensure_ascii=False)
