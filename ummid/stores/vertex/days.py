"""Windows of days as tokens, so that "holds on that day" is a plain restrict, and exact.

Days are the leaves of a binary tree. A window becomes the few nodes that cover it, a day the
nodes above it: the window holds on the day when they share one. Only days before 1926 and after
2103 lie outside the tree; what its two outermost leaves cannot tell apart is looked at afterwards.
"""

from collections.abc import Iterable, Iterator, Sequence

from ummid.stores.vectors import Window

_LEAVES = 1 << 16
_FIRST = -16_384
_LAST = _FIRST + _LEAVES - 1
_ODD = "odd"

_Span = tuple[float, float]
_EVER = float("inf")


def tokens_of(windows: Iterable[Window]) -> list[str]:
    """What an item with these windows is restricted to."""
    spans: dict[str, list[_Span]] = {}
    for window in windows:
        start = -_EVER if window.start is None else window.start
        end = _EVER if window.end is None else window.end
        if start < end:
            spans.setdefault(window.token, []).append((start, end))
    found = (
        f"{token}@{node}"
        for token, each in spans.items()
        for span in _joined(each)
        for node in _nodes(*span)
    )
    return [*dict.fromkeys(found)]


def tokens_on(tokens: Sequence[str], day: int) -> list[str]:
    """Of which an item has one when one of its windows by these tokens holds on a day, or may."""
    nodes = [f"{_leaf(day) >> level:x}" for level in range(_LEAVES.bit_length())]
    return [f"{token}@{node}" for token in tokens for node in (*nodes, *_odd_on(day))]


def is_certain(day: int) -> bool:
    """Whether sharing a token says all about that day."""
    return _FIRST < day < _LAST


def holds(held: Iterable[str], tokens: Sequence[str], day: int) -> bool:
    """Whether an item with these tokens of its own is in a window on a day of any kind."""
    own = set(held)
    if any(token in own for token in tokens_on(tokens, day) if not token.endswith(_ODD)):
        return True
    for each in own:
        token, _, node = each.rpartition("@")
        start, comma, end = node.partition(",")
        if comma and token in tokens and float(start) <= day < float(end):
            return True
    return False


def _joined(spans: list[_Span]) -> Iterator[_Span]:
    """Without overlaps and touching ends."""
    start, end = min(spans)
    for span in sorted(spans):
        if span[0] > end:
            yield start, end
            start, end = span
        end = max(end, span[1])
    yield start, end


def _nodes(start: float, end: float) -> Iterator[str]:
    """An outermost leaf belongs to windows that hold on all days it stands for, and no others."""
    lowest = start == -_EVER and end > _FIRST
    highest = end == _EVER and start <= _LAST
    if (start <= _FIRST and not lowest) or (end > _LAST and not highest):
        yield _ODD
        yield f"{start:.0f},{end:.0f}"
    low = _LEAVES + (0 if lowest else max(1, int(max(start, _FIRST)) - _FIRST))
    high = _LEAVES + (_LEAVES if highest else int(min(end, _LAST)) - _FIRST)
    while low < high:
        if low & 1:
            yield f"{low:x}"
            low += 1
        if high & 1:
            high -= 1
            yield f"{high:x}"
        low, high = low >> 1, high >> 1


def _leaf(day: int) -> int:
    return _LEAVES + min(max(day, _FIRST), _LAST) - _FIRST


def _odd_on(day: int) -> tuple[str, ...]:
    return () if is_certain(day) else (_ODD,)
