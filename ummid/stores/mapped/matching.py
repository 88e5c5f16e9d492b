"""Whether one item satisfies a filter: what `columns` answers for many at once."""

from ummid.stores.vectors import Filter, Restricts


def satisfies(restricts: Restricts, within: Filter) -> bool:
    return (
        all(_any(restricts, namespace, tokens) for namespace, tokens in within.allow.items())
        and not any(_any(restricts, namespace, tokens) for namespace, tokens in within.deny.items())
        and all(_between(restricts, name, *bounds) for name, bounds in within.ranges.items())
        and (within.on is None or _held(restricts, *within.on))
    )


def _any(restricts: Restricts, namespace: str, tokens: tuple[str, ...]) -> bool:
    held = restricts.tokens.get(namespace, ())
    return any(token in held for token in tokens)


def _between(restricts: Restricts, name: str, first: int | None, last: int | None) -> bool:
    number = restricts.numbers.get(name)
    return (
        number is not None
        and (first is None or number >= first)
        and (last is None or number <= last)
    )


def _held(restricts: Restricts, tokens: tuple[str, ...], day: int) -> bool:
    return any(
        window.token in tokens
        and (window.start is None or window.start <= day)
        and (window.end is None or day < window.end)
        for window in restricts.windows
    )
