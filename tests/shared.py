"""Real partner files, kept beside the checkout because most may not be redistributed."""

from pathlib import Path

import pytest

SHARED = Path(__file__).resolve().parents[2] / "shared"


def shared_path(relative: str) -> Path:
    """A file beside the checkout; skips the test, with the reason, where it is not there."""
    path = SHARED / relative
    if not path.exists():
        pytest.skip(f"needs the partner file shared/{relative}, which is not beside this checkout")
    return path
