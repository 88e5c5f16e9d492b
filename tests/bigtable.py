"""The Bigtable emulator of this test process: one, started when the first test wants it."""

import atexit
from contextlib import ExitStack
from functools import cache

import pytest

from scripts.bigtable_emulator import shared_emulator

WITHOUT = "the Bigtable emulator is not installed (`make services` says what is)"


@cache
def _address() -> str | None:
    stack = ExitStack()
    address = stack.enter_context(shared_emulator())
    atexit.register(stack.close)
    return address


def needs_bigtable() -> str:
    """The emulator's address, which is also in the environment; skips the test without it."""
    address = _address()
    if address is None:
        pytest.skip(WITHOUT)
    return address
