"""Dead letters: what could not be taken, with reason, place and raw fragment, until it is.

Letters are filed under their file, so that reading the file again settles them: one that
is not rejected any more is marked as resolved.
"""

from collections.abc import Iterator, Sequence

import msgspec
from msgspec import Struct

from ummid.catalog.keys import stable_id
from ummid.errors import StoreError
from ummid.stores.table import Put, Table
from ummid.views import keys

ENRICHMENT = "enrichment"
"""The format of letters about titles that could not be enriched."""
INDEXING = "indexing"
"""The format of letters about titles that the vector index does not take."""
_TITLE = "title:"


class Origin(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Where a file's bytes are found again, and how it was read.

    `received` is epoch ms; `digest` the SHA-256 of the whole content; `declared_*` what the
    operator said on the command line. `is_message`: it came as a message, kept beside this.
    """

    path: str
    location: str
    received: int
    digest: str = ""
    declared_partner: str | None = None
    declared_format: str | None = None
    is_message: bool = False


class DeadLetter(Struct, frozen=True, omit_defaults=True, kw_only=True):
    """`statements` is how many input records it stands for: a held or refused file has many.
    `resolved_by` names the run that put it through."""

    id: str
    run: str
    partner: str
    format: str
    path: str
    place: str
    code: str
    reason: str
    raw: str = ""
    statements: int = 1
    retryable: bool = False
    resolved_by: str | None = None


_encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(DeadLetter).decode
_decode_origin = msgspec.json.Decoder(Origin).decode


def file_id(path: str) -> str:
    return stable_id("file", path)


def letter_id(path: str, place: str, code: str, raw: str) -> str:
    return f"{file_id(path)}.{stable_id(place, code, raw)[:8]}"


def title_letter(title_id: str, kind: str = ENRICHMENT) -> str:
    """The id of the one letter that a title without an enrichment, or out of the index, has."""
    return letter_id(_TITLE + title_id, kind, "", "")


def title_path(title_id: str) -> str:
    return _TITLE + title_id


def title_of(letter: DeadLetter) -> str | None:
    """The title to enrich that a letter is about; None for any other letter."""
    return letter.path.removeprefix(_TITLE) if letter.format == ENRICHMENT else None


def put(letter: DeadLetter, at: int) -> Put:
    return Put(keys.dead_letter(letter.id), keys.LETTER, at, _encode(letter))


def origin_put(origin: Origin, at: int) -> Put:
    return Put(keys.origin(file_id(origin.path)), keys.VALUE, at, _encode(origin))


def message_put(path: str, message: bytes, at: int) -> Put:
    """Keeps a message that has letters: who sent it keeps none."""
    return Put(keys.origin(file_id(path)), keys.MESSAGE, at, message)


def message(table: Table, path: str) -> bytes | None:
    cell = table.get(keys.origin(file_id(path)), keys.MESSAGE)
    return cell.value if cell else None


def origin(table: Table, path: str) -> Origin:
    """How a file with letters was read. Raises StoreError when the store has no word of it."""
    cell = table.get(keys.origin(file_id(path)), keys.VALUE)
    if cell is None:
        raise StoreError(f"the store does not know where {path} came from; ingest it again")
    return _decode_origin(cell.value)


def read(table: Table, letter: str) -> DeadLetter:
    """One letter. Raises StoreError when there is none of that id."""
    cell = table.get(keys.dead_letter(letter), keys.LETTER)
    if cell is None:
        raise StoreError(f"there is no dead letter {letter!r}; `ummid deadletters list` has them")
    return decode(cell.value)


def letters(table: Table, *, path: str | None = None) -> Iterator[DeadLetter]:
    """Every letter, open and resolved, of one file or of all, in id order."""
    prefix = b"d#" if path is None else keys.dead_letter(file_id(path) + ".")
    for _, _, cell in table.scan(prefix):
        yield decode(cell.value)


def standing(table: Table, title_ids: Sequence[str]) -> list[DeadLetter]:
    """Open letters of titles that could not be enriched."""
    rows = [keys.dead_letter(title_letter(one)) for one in title_ids]
    found = [decode(cell.value) for cell in table.get_many(rows, keys.LETTER) if cell]
    return [letter for letter in found if letter.resolved_by is None]


def resolved_put(letter: DeadLetter, run: str, at: int) -> Put:
    return put(msgspec.structs.replace(letter, resolved_by=run), at)


def resolve(table: Table, path: str, run: str, at: int) -> int:
    """Marks the letters of a file that this run read without rejecting them again."""
    gone = [
        resolved_put(letter, run, at)
        for letter in letters(table, path=path)
        if letter.run != run and letter.resolved_by is None
    ]
    table.write(gone)
    return len(gone)
