"""`make services`: the servers that this machine has, and which of them the tests start."""

from ummid.services import BIGTABLE, services

_STARTED_BY_TESTS = {BIGTABLE: "tests start one for themselves; `make emulator` runs one for you"}


def main() -> None:
    for found in services():
        mark = "ok    " if found.is_there else "absent"
        note = _STARTED_BY_TESTS.get(found.name, "") if found.program and not found.address else ""
        print(f"{mark} {found.name}: {found.detail}{f' ({note})' if note else ''}")


if __name__ == "__main__":
    main()
