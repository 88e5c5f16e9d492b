"""What was generated about a title, beside what partners state of it.

A title's row points to the enrichment that was made of its facts. The pointer names the body it
was made for: once that is another one, the text is not shown until somebody has looked whether
it still is about these facts. When it was generated is not in the row, so that equal titles have
equal rows, whenever they were enriched.
"""

import hashlib
from collections.abc import Sequence
from typing import Literal, NamedTuple

import msgspec
from msgspec import Struct

from ummid.catalog.keys import stable_id
from ummid.catalog.times import iso
from ummid.models.enricher import Enrichment
from ummid.stores.cache import Cache
from ummid.stores.table import Put, Table
from ummid.views import enrichments, keys, titles
from ummid.views.titles import Document

_OF, _WHO = 16, 8
_REMEMBERED = 3600.0
"""Seconds. Of two answers that were given at once the earlier one stays, by whatever order they
are written: a reader may show the other one for so long."""
_encode = msgspec.json.Encoder().encode


class Pointer(NamedTuple):
    """`of` is the validator of the body it was made for, `who` the `maker`, `content` the row."""

    of: str
    who: str
    content: str


class GeneratedText(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Generated text about a title, as served: no partner says any of it.

    `method`: `extractive` (every sentence and keyword is a partner's, chosen by rule) or
    `generative` (a language model wrote it). `at`: ISO 8601 in UTC. `medium` and `short` are the
    first sentences of `synopsis` that fit 400 and 190 characters.
    """

    method: Literal["extractive", "generative"]
    model: str
    prompt_version: str
    at: str
    language: str
    synopsis: str = ""
    medium: str = ""
    short: str = ""
    keywords: tuple[str, ...] = ()
    moods: tuple[str, ...] = ()
    themes: tuple[str, ...] = ()
    audience: str = ""
    warnings: tuple[str, ...] = ()


def maker(model: str, prompt: str) -> str:
    """A mark of who is asked with which words: another one may answer otherwise."""
    return stable_id("maker", model, prompt)[:_WHO]


def put(title_id: str, pointer: Pointer | None, known: int) -> Put:
    """None: nothing is shown."""
    value = "".join(pointer).encode() if pointer else b""
    return Put(keys.title(title_id), keys.GENERATED, known, value)


def decode(value: bytes) -> Pointer | None:
    text = value.decode()
    return Pointer(text[:_OF], text[_OF : _OF + _WHO], text[_OF + _WHO :]) if text else None


def pointers(table: Table, title_ids: Sequence[str]) -> list[Pointer | None]:
    cells = table.get_many([keys.title(one) for one in title_ids], keys.GENERATED)
    return [decode(cell.value) if cell else None for cell in cells]


def read(table: Table, title_ids: Sequence[str], etags: Sequence[str]) -> list[Enrichment | None]:
    """What to show of each title whose body has the validator given; None where nothing is."""
    found = pointers(table, title_ids)
    current = [
        pointer.content if pointer and pointer.of == etag else None
        for pointer, etag in zip(found, etags, strict=True)
    ]
    wanted = list(dict.fromkeys(filter(None, current)))
    kept = dict(zip(wanted, enrichments.read(table, wanted), strict=True)) if wanted else {}
    return [kept.get(content) if content else None for content in current]


def served(table: Table, title_id: str, parts: Cache | None = None) -> Document | None:
    """A title as served: with its generated text in a part of its own, where there is any.

    Bytes and validator are those stored where there is none. None when the title was never
    published, b"" as body when it was withdrawn. Body and pointer are read at one moment.
    `parts` remembers generated parts by their content, which names what they say.
    """
    (row,) = table.get_rows([keys.title(title_id)])
    columns = dict(row)
    if (body := columns.get(keys.BODY)) is None:
        return None
    document = titles.as_served(body.value)
    pointer = columns.get(keys.GENERATED)
    found = decode(pointer.value) if pointer else None
    if found is None or found.of != document.etag:
        return document
    part = _part(table, found.content, parts)
    if not part:
        return document
    mark = hashlib.blake2b(part, digest_size=4).hexdigest()
    # the last member of the title's JSON object
    return Document(f"{document.etag}{mark}", b'%b,"generated":%b}' % (document.body[:-1], part))


def _part(table: Table, content: str, parts: Cache | None) -> bytes:
    """The JSON of a generated text; b"" where it is not there (and may come)."""
    if parts is not None and (held := parts.get(content)) is not None:
        return held
    (enrichment,) = enrichments.read(table, [content])
    if enrichment is None:
        return b""
    part = _encode(text_of(enrichment))
    if parts is not None:
        parts.set(content, part, _REMEMBERED)
    return part


def generated_text(table: Table, title_id: str, document: Document) -> GeneratedText | None:
    """What is shown beside a stored title; None where nothing is."""
    (enrichment,) = read(table, [title_id], [document.etag]) if document.body else (None,)
    return text_of(enrichment) if enrichment else None


def text_of(enrichment: Enrichment) -> GeneratedText:
    generated = enrichment.generated
    said = {name: getattr(enrichment, name) for name in _SAID}
    return GeneratedText(
        method=generated.method,
        model=generated.model,
        prompt_version=generated.prompt,
        at=iso(generated.at),
        **said,
    )


_SAID = tuple(set(GeneratedText.__struct_fields__) & set(Enrichment.__struct_fields__))
