"""Items and filters as the service's messages, and back. What cannot be expressed is refused."""

from collections.abc import Mapping
from typing import Any

from ummid.errors import ItemError
from ummid.stores.checks import check_numbers
from ummid.stores.vectors import Filter, Restricts, Vector
from ummid.stores.vertex import days
from ummid.stores.vertex.ids import MARKER, datapoint_id

MOST_TOKENS = 50_000
MOST_BYTES = 1 << 20
"""Of the restricts of one item. The service documents no limit, but takes no request of any size.
A film that is sold in each territory by itself makes some 3,500 tokens of 55 KB."""
_TOKENS, _NUMBERS, _ON, _OURS = "t.", "n.", "on", "ummid"
_VERSION = "ummid.version"
_LIMIT = 1 << 63


def check_restricts(name: str, restricts: Restricts) -> None:
    """Raises ItemError for what the service would not take, or not well."""
    check_numbers(name, restricts)
    held = [t for tokens in _by_namespace(restricts).values() for t in tokens]
    size = sum(len(token.encode("utf-8", "replace")) for token in held)
    if len(held) > MOST_TOKENS or size > MOST_BYTES:
        raise ItemError(
            name,
            "too-many-restricts",
            f"the restricts of {name!r} make {len(held):,} tokens of {size:,} bytes; "
            f"{MOST_TOKENS:,} and {MOST_BYTES:,} are the most: give it fewer windows (join those "
            "of one place and platform) or fewer tokens",
        )


def datapoint(
    types: Any, name: str, version: int, restricts: Restricts, vector: Vector | None, crowd: str
) -> Any:
    """Without a vector: what replaces the restricts of one that is there."""
    kind = types.IndexDatapoint.pb()
    point = kind(datapoint_id=datapoint_id(name))
    for namespace, tokens in _by_namespace(restricts).items():
        point.restricts.append(kind.Restriction(namespace=namespace, allow_list=tokens))
    for number, value in restricts.numbers.items():
        point.numeric_restricts.append(_number(kind, _NUMBERS + number, value))
    point.numeric_restricts.append(_number(kind, _VERSION, version))
    if vector is not None:
        point.feature_vector.extend(vector.tolist())
        # Of an item without a crowd there is one: by another reading "" would be a crowd itself.
        point.crowding_tag.crowding_attribute = f"c.{crowd}" if crowd else f"i.{name}"
    return point


def marker(types: Any, dimensions: int, embedder: str) -> Any:
    """The datapoint that says for whom an index is; no search finds it."""
    kind = types.IndexDatapoint.pb()
    point = kind(datapoint_id=MARKER, feature_vector=[1.0, *[0.0] * (dimensions - 1)])
    held = [MARKER, f"{embedder}/{dimensions}"]
    point.restricts.append(kind.Restriction(namespace=_OURS, allow_list=held))
    return point


def marker_query(types: Any, dimensions: int) -> Any:
    """What finds the marker and nothing else, at the distance of a vector from itself."""
    kind = types.IndexDatapoint.pb()
    point = kind(datapoint_id="query", feature_vector=[1.0, *[0.0] * (dimensions - 1)])
    point.restricts.append(kind.Restriction(namespace=_OURS, allow_list=[MARKER]))
    return types.FindNeighborsRequest.Query.pb()(datapoint=point, neighbor_count=1)


def marked(point: Any) -> str:
    """`embedder/dimensions` of a marker."""
    return next((t for r in point.restricts for t in r.allow_list if t != MARKER), "")


def version_of(point: Any) -> int | None:
    return next((n.value_int for n in point.numeric_restricts if n.namespace == _VERSION), None)


def crowd_of(point: Any) -> str:
    """What items of one crowd share; another for each item without."""
    return str(point.crowding_tag.crowding_attribute)


def query(types: Any, vector: Vector, within: Filter) -> Any | None:
    """The query for all that a filter lets through, or may; None when nothing can satisfy it."""
    kind = types.IndexDatapoint.pb()
    point = kind(datapoint_id="query", feature_vector=vector.tolist())
    if within.on is not None:
        if not within.on[0]:
            return None
        held = days.tokens_on(*within.on)
        point.restricts.append(kind.Restriction(namespace=_ON, allow_list=held))
    for namespace in {**within.allow, **within.deny}:
        allow, deny = within.allow.get(namespace), within.deny.get(namespace, ())
        if allow == ():
            return None
        if allow or deny:
            point.restricts.append(
                kind.Restriction(namespace=_TOKENS + namespace, allow_list=allow, deny_list=deny)
            )
    point.restricts.append(kind.Restriction(namespace=_OURS, deny_list=[MARKER]))
    for name, (first, last) in within.ranges.items():
        least = max(-_LIMIT, -_LIMIT if first is None else first)
        most = min(_LIMIT - 1, _LIMIT - 1 if last is None else last)
        if least > most:
            return None
        point.numeric_restricts.append(
            _number(kind, _NUMBERS + name, least, kind.NumericRestriction.GREATER_EQUAL)
        )
        point.numeric_restricts.append(
            _number(kind, _NUMBERS + name, most, kind.NumericRestriction.LESS_EQUAL)
        )
    return types.FindNeighborsRequest.Query.pb()(datapoint=point)


def certain(within: Filter) -> bool:
    """Whether what the service lets through satisfies the filter."""
    return within.on is None or days.is_certain(within.on[1])


def satisfies(point: Any, within: Filter) -> bool:
    """Of a whole datapoint that the service let through."""
    if within.on is None:
        return True
    held = [token for r in point.restricts if r.namespace == _ON for token in r.allow_list]
    return days.holds(held, *within.on)


def _by_namespace(restricts: Restricts) -> Mapping[str, tuple[str, ...]]:
    found = {_TOKENS + namespace: tokens for namespace, tokens in restricts.tokens.items()}
    found[_ON] = tuple(days.tokens_of(restricts.windows))
    return {namespace: tokens for namespace, tokens in found.items() if tokens}


def _number(kind: Any, namespace: str, value: int, operator: int = 0) -> Any:
    return kind.NumericRestriction(namespace=namespace, value_int=value, op=operator)
