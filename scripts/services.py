"""`make services`: the servers that this machine has, and which of them the tests start."""

from scripts import engine
from ummid.services import BIGTABLE, FIRESTORE, PUBSUB, services

_BY_TESTS = "tests start one for themselves; `make emulator{}` runs one for you"
_STARTED_BY_TESTS = {
    BIGTABLE: _BY_TESTS.format(""),
    PUBSUB: _BY_TESTS.format(" NAME=pubsub"),
    FIRESTORE: _BY_TESTS.format(" NAME=firestore"),
}


def main() -> None:
    for found in services():
        mark = "ok    " if found.is_there else "absent"
        note = _STARTED_BY_TESTS.get(found.name, "") if found.program and not found.address else ""
        print(f"{mark} {found.name}: {found.detail}{f' ({note})' if note else ''}")
    why = engine.missing()
    there = engine.program() if engine.program().exists() else "not built yet (`make engine`)"
    print(f"{'absent' if why else 'ok    '} Beam engine (Prism): {why or there}")


if __name__ == "__main__":
    main()
