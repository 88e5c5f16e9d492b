"""Sending many things to a service that refuses all for the sake of one."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from ummid.errors import StoreError

_T = TypeVar("_T")

HOPELESS = 8
"""Refused one by one while none was taken: the fault is not theirs."""


class Refused(StoreError):
    """What was sent is not taken, however often it is sent."""


def send_in_halves(
    things: Sequence[_T], send: Callable[[Sequence[_T]], None]
) -> list[tuple[_T, Refused]]:
    """Sends everything, in order; which things are refused by themselves, and why.

    What `send` refuses is sent in halves, so that one bad thing of a hundred costs about 14
    requests more. Raises Refused when nothing at all is taken, as of a wrong index.
    """
    waiting = [things] if things else []
    refused: list[tuple[_T, Refused]] = []
    was_taken = False
    while waiting:
        some = waiting.pop()
        try:
            send(some)
        except Refused as error:
            if len(some) > 1:
                middle = len(some) // 2
                waiting += [some[middle:], some[:middle]]
                continue
            refused.append((some[0], error))
            if len(refused) == HOPELESS and not was_taken:
                raise
        else:
            was_taken = True
    return refused
