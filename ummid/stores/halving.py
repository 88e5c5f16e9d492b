"""Sending many things to a service that refuses all for the sake of one."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from ummid.errors import StoreError

_T = TypeVar("_T")


class Refused(StoreError):
    """What was sent is not taken, however often it is sent."""


def send_in_halves(
    things: Sequence[_T], send: Callable[[Sequence[_T]], None], check: Callable[[], None]
) -> list[tuple[_T, Refused]]:
    """Sends everything, in order; which things are refused by themselves, and why.

    What `send` refuses is sent in halves, so that one bad thing of a hundred costs about 14
    requests more. However many are bad, the others go through. `check` is asked before one is
    blamed while none was taken: it raises Refused where the fault is the service's or a setting's.
    """
    waiting = [things] if things else []
    refused: list[tuple[_T, Refused]] = []
    is_well = False
    while waiting:
        some = waiting.pop()
        try:
            send(some)
        except Refused as error:
            if len(some) > 1:
                middle = len(some) // 2
                waiting += [some[middle:], some[:middle]]
                continue
            if not is_well:
                check()
                is_well = True
            refused.append((some[0], error))
        else:
            is_well = True
    return refused
