"""The emulators of this test process: each one once, started when the first test wants it."""

import atexit
import shutil
from contextlib import ExitStack
from functools import cache

import pytest

from scripts.emulators import shared_emulator
from ummid.services import BIGTABLE, FIRESTORE, PUBSUB


@cache
def _address(name: str) -> str | None:
    stack = ExitStack()
    address = stack.enter_context(shared_emulator(name))
    atexit.register(stack.close)
    return address


def _needs(name: str) -> str:
    address = _address(name)
    if address is None:
        pytest.skip(f"the {name} is not installed (`make services` says what is)")
    return address


def needs_bigtable() -> str:
    """The emulator's address, which is also in the environment; skips the test without it."""
    return _needs(BIGTABLE)


def needs_pubsub() -> str:
    return _needs(PUBSUB)


def needs_firestore() -> str:
    if shutil.which("java") is None:
        pytest.skip("the Firestore emulator needs Java")
    return _needs(FIRESTORE)
