"""Setters of cells that hold lists: people, genres, countries, languages, organisations."""

from collections.abc import Callable
from typing import Any

from ummid.catalog.languages import language
from ummid.catalog.model import Credit, Organisation
from ummid.feeds.connector import Feed
from ummid.feeds.tabular_draft import CACHED, Draft, Setter
from ummid.feeds.tabular_guess import Column
from ummid.feeds.tabular_values import BETWEEN, UNKNOWN_PLACE, cell_text, first_last, items


def cached_tuple(field: str, read: Callable[[str], tuple[Any, ...]]) -> Setter:
    cache: dict[str, tuple[Any, ...]] = {}

    def put(draft: Draft, text: str) -> None:
        found = cache.get(text)
        if found is None:
            found = read(text)
            if len(cache) < CACHED and len(text) < 1000:
                cache[text] = found
        draft.fields[field] = draft.fields.get(field, ()) + found

    return put


def credits(column: Column, role: str) -> Setter:
    separator, last_first = column.separator, column.last_first

    def put(draft: Draft, text: str) -> None:
        if last_first:
            parts = text.split("|") if "|" in text else text.split(";") if ";" in text else [text]
            names = [first_last(p) for p in parts if p.strip()]
        else:
            names = items(text, separator)
        last = draft.credits[-1] if draft.credits else None
        first = (last.order or 0) + 1 if last and last.role == role else 1
        draft.credits.extend([Credit(n, role, None, i) for i, n in enumerate(names, first)])

    return put


def organisations(column: Column, role: str) -> Setter:
    def put(draft: Draft, text: str) -> None:
        draft.organisations.extend(Organisation(name, role) for name in split(column, text))

    return put


def countries(column: Column, feed: Feed) -> Setter:
    cache: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {}

    def read(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
        parts = items(text, column.separator, UNKNOWN_PLACE)
        codes = [feed.territories.read(part) for part in parts]
        return (
            tuple(dict.fromkeys(code for code in codes if code)),
            tuple(part for part, code in zip(parts, codes, strict=True) if not code),
        )

    def put(draft: Draft, text: str) -> None:
        found = cache.get(text)
        if found is None:
            found = read(text)
            if len(cache) < CACHED and len(text) < 1000:
                cache[text] = found
        codes, unknown = found
        draft.fields["countries"] = draft.fields.get("countries", ()) + codes
        for raw in unknown:
            draft.doubt("unknown-territory", "countries", f"{raw!r} names no country")

    return put


def languages(column: Column) -> Setter:
    def put(draft: Draft, text: str) -> None:
        for raw in split(column, text):
            tag = language(raw)
            if tag is None:
                draft.doubt("unknown-language", "languages", f"{raw!r} names no language")
            else:
                draft.fields["languages"] = (*draft.fields.get("languages", ()), tag)

    return put


def split(column: Column, text: str) -> list[str]:
    return items(text, column.separator)


def split_words(column: Column, text: str) -> list[str]:
    """Addresses hold commas and semicolons: only a bar or white space parts them."""
    if column.separator or BETWEEN in text or "|" in text:
        return split(column, text)
    return cell_text(text).split()
