"""Which queries a file of Firestore indexes answers: the emulator answers any, the service not."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from google.cloud.firestore_v1.query import Query
from google.cloud.firestore_v1.types import StructuredQuery

FILE = Path(__file__).resolve().parents[2] / "infra/firestore.indexes.json"
Index = Mapping[str, Any]
_FIELD, _UNARY = StructuredQuery.FieldFilter.Operator, StructuredQuery.UnaryFilter.Operator


def indexes(path: Path = FILE) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def answered(query: Query, declared: Mapping[str, Any]) -> Index | str | None:
    """The index that answers a query (the name of a field for its own one), or None.

    Of the rules that the service documents, those that our queries need: equalities in any order
    before what is sorted by, sorted fields in theirs. Raises ValueError for a query of another
    kind.
    """
    asked = query._to_protobuf()
    (source,) = asked.from_
    equal, contains = _filters(asked.where)
    sorted_by = [one.field.field_path for one in asked.order_by]
    if any(one.direction != StructuredQuery.Direction.ASCENDING for one in asked.order_by):
        raise ValueError("a descending order is not looked at here")
    sorted_by = [name for name in sorted_by if name != "__name__"]
    fields = [*equal, *contains, *sorted_by]
    if len(fields) == 1 and not _exempt(source.collection_id, fields[0], declared):
        return fields[0]
    for index in declared["indexes"]:
        if index["collectionGroup"] == source.collection_id and _fits(
            index["fields"], equal, contains, sorted_by
        ):
            return index  # type: ignore[no-any-return]
    return None


def _filters(where: StructuredQuery.Filter) -> tuple[list[str], list[str]]:
    equal: list[str] = []
    contains: list[str] = []
    parts = where.composite_filter.filters or [where]
    for part in parts:
        if name := part.unary_filter.field.field_path:
            if part.unary_filter.op != _UNARY.IS_NULL:
                raise ValueError(f"{part.unary_filter.op.name} is not looked at here")
            equal.append(name)
        elif name := part.field_filter.field.field_path:
            if part.field_filter.op == _FIELD.ARRAY_CONTAINS:
                contains.append(name)
            elif part.field_filter.op in (_FIELD.EQUAL, _FIELD.IN):
                equal.append(name)
            else:
                raise ValueError(f"{part.field_filter.op.name} is not looked at here")
    return equal, contains


def _fits(
    fields: Sequence[Mapping[str, str]],
    equal: Sequence[str],
    contains: Sequence[str],
    sorted_by: Sequence[str],
) -> bool:
    leading, last = fields[: len(fields) - len(sorted_by)], fields[-len(sorted_by) or len(fields) :]
    names = {(one["fieldPath"], "arrayConfig" in one) for one in leading}
    return names == {*((n, False) for n in equal), *((n, True) for n in contains)} and [
        (one["fieldPath"], one.get("order")) for one in last
    ] == [(name, "ASCENDING") for name in sorted_by]


def _exempt(collection: str, field: str, declared: Mapping[str, Any]) -> bool:
    return any(
        one["collectionGroup"] == collection and one["fieldPath"] == field and not one["indexes"]
        for one in declared["fieldOverrides"]
    )
