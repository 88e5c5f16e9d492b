"""No property is judged by the speed of the machine; what a run leaves out is said at its end."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

settings.register_profile("ummid", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ummid")

_SHARED_FILE = re.compile(r"shared/[^\s,]+")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_terminal_summary(terminalreporter: Any) -> Iterator[None]:
    """`N tests skipped: reason`, so that a test that did not run is not taken for a pass."""
    yield
    skipped = Counter(_reason(report) for report in terminalreporter.stats.get("skipped", ()))
    for reason, count in skipped.most_common():
        noun = "test" if count == 1 else "tests"
        terminalreporter.write_line(f"{count} {noun} skipped: {reason}", yellow=True)


def _reason(report: pytest.TestReport) -> str:
    """The reason, the same for every file beside the checkout."""
    if not isinstance(report.longrepr, tuple):
        return str(report.longrepr)
    reason = report.longrepr[2].removeprefix("Skipped: ")
    return _SHARED_FILE.sub("shared/…", reason)
