"""JSON-LD as partners write it: any value may be a scalar, a list or an object.

Also the reading of a document entity by entity, so that memory follows the largest entity and
not the file. `@context` is never resolved; only its `@language` is used.
"""

import json
from collections.abc import Iterator
from typing import Any, BinaryIO, cast

import ijson
import msgspec

from ummid.errors import FeedError
from ummid.feeds.bytes import ReplayedStream
from ummid.feeds.jsonguard import GuardedJson

WHOLE_BYTES = 16 * 1024 * 1024
NESTING = 64
LISTS = ("dataFeedElement", "@graph")
"""Root properties that hold entities."""

Object = dict[str, Any]


def many(value: Any) -> list[Any]:
    """A value as a list; nothing, empty text and "null" are none."""
    if value is None or value in ("", "null"):
        return []
    return [v for v in value if v not in (None, "", "null")] if isinstance(value, list) else [value]


def word(value: Any) -> str:
    """The text of a scalar, of `{"@value": …}` or of whatever has a name or an id."""
    for one in many(value):
        if isinstance(one, dict):
            names = ("@value", "name", "value", "@id", "url")
            text = word(next((one[name] for name in names if name in one), ""))
        elif isinstance(one, list):
            text = word(one)
        else:
            text = str(one).strip()
        if text:
            return text
    return ""


def words(value: Any) -> list[str]:
    return [text for one in many(value) if (text := word(one))]


def objects(value: Any) -> list[Object]:
    return [one for one in many(value) if isinstance(one, dict)]


def identity(entity: Any) -> str:
    """`@id`, else the address, of an object; a bare text is itself."""
    if isinstance(entity, dict):
        return word(entity.get("@id") or entity.get("id") or entity.get("url"))
    return word(entity)


def type_of(entity: Object) -> str:
    """The local name of the first type: `Movie` for `https://schema.org/Movie`."""
    stated = word(entity.get("@type") or entity.get("type"))
    return stated.rpartition("/")[2].rpartition(":")[2]


def context_language(entity: Object) -> str:
    return next(
        (word(c["@language"]) for c in objects(entity.get("@context")) if "@language" in c), ""
    )


def written(value: Any) -> str:
    """A value as JSON text, for a dead letter."""
    try:
        return json.dumps(value, ensure_ascii=False, default=str)
    except RecursionError:
        return "nested too deeply to be shown"


class Document:
    """One JSON-LD document: its entities in order, and its root without them.

    `root` is complete before the first entity when the document is small, otherwise as far as
    it was read. Raises FeedError `not-json` with what the parser met.
    """

    def __init__(self, stream: BinaryIO, skipped_lines: int = 0) -> None:
        self.root: Object = {}
        self.kind = ""
        data = _upto(stream, WHOLE_BYTES).removeprefix(b"\xef\xbb\xbf").lstrip()
        for _ in range(skipped_lines):
            data = data.partition(b"\n")[2].lstrip()
        self._entities = self._whole(data) if len(data) <= WHOLE_BYTES else None
        self._rest = cast("BinaryIO", ReplayedStream(data, stream))

    def entities(self) -> Iterator[tuple[str, Any]]:
        """(JSON pointer, entity); the root itself, as the last, when it holds no list."""
        yield from self._streamed() if self._entities is None else self._entities
        if not self.kind:
            yield "/", self.root

    def _whole(self, data: bytes) -> list[tuple[str, Any]] | None:
        """None for a damaged document: the stream then gives what comes before the damage."""
        try:
            root = msgspec.json.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return None
        if isinstance(root, list):
            self.kind = "array"
            return [(f"/{n}", entity) for n, entity in enumerate(root)]
        self.root = {k: v for k, v in root.items() if k not in LISTS}
        self.kind = next((name for name in LISTS if name in root), "")
        return [(f"/{k}/{n}", e) for k in LISTS for n, e in enumerate(many(root.get(k)))]

    def _streamed(self) -> Iterator[tuple[str, Any]]:
        try:
            yield from self._events()
        except (ijson.JSONError, UnicodeDecodeError) as error:
            raise FeedError(
                "not-json",
                f"the JSON breaks off ({error}); what comes after was not read: "
                "ask the partner to send the file again",
            ) from error

    def _events(self) -> Iterator[tuple[str, Any]]:
        root = ijson.ObjectBuilder()
        entity: ijson.ObjectBuilder | None = None
        base, level, count = "", "", 0
        for prefix, event, value in ijson.parse(GuardedJson(self._rest)):
            if prefix.count(".") > NESTING:
                raise FeedError(
                    "too-deep", f"values nested over {NESTING} levels; none needs as many"
                )
            if event == "start_array" and not prefix:
                self.kind, level = "array", "item"
            elif event == "start_array" and prefix in LISTS and entity is None:
                self.kind, base, level, count = prefix, f"/{prefix}", f"{prefix}.item", 0
            elif level and prefix == level and entity is None:
                entity = ijson.ObjectBuilder()
            if entity is not None:
                entity.event(event, value)
                if prefix == level and event not in ("start_map", "map_key", "start_array"):
                    yield f"{base}/{count}", entity.value
                    entity, count = None, count + 1
            elif self.kind != "array":
                root.event(event, value)
                self.root = root.value


def _upto(stream: BinaryIO, limit: int) -> bytes:
    """All bytes, or just over `limit` of them: a raw stream gives less than it is asked for."""
    parts, size = [], 0
    while size <= limit and (part := stream.read(1 << 20)):
        parts.append(part)
        size += len(part)
    return b"".join(parts)
