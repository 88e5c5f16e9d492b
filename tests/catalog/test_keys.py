"""Stable names: the same parts give the same name, other parts another."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ummid.catalog.keys import slug, stable_id

PARTS = st.lists(st.text("ab\\\x1e\x1f1fx", max_size=4), min_size=1, max_size=4)


def test_a_name_is_the_same_on_every_machine() -> None:
    assert stable_id("title", "stalker", "1979", "film") == "1220d1c3e63fbd98eda9"
    assert re.fullmatch("[0-9a-f]{20}", stable_id("\ud800 a lone surrogate"))


@given(PARTS, PARTS)
@example(["a\x1fb"], ["a", "b"])
@example(["a\\x1fb"], ["a\x1fb"])
@example(["ab", ""], ["a", "b"])
@example(["", "a\x1f"], ["\x1fa", ""])
def test_other_parts_another_order_or_other_borders_give_another_name(
    one: list[str], other: list[str]
) -> None:
    assert (stable_id(*one) == stable_id(*other)) == (one == other)


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Rockstar Films", "rockstar-films"),
        ("  ARD & ZDF! ", "ard-zdf"),
        ("Télé Québec", "tele-quebec"),
        ("../../etc/passwd", "etc-passwd"),
        ("a#b\0c\nd", "a-b-c-d"),
        ("Straße", "strasse"),
        ("東映", ""),
        ("", ""),
        ("x" * 100, "x" * 64),
        ("x" * 63 + " yz", "x" * 63),
    ],
)
def test_a_slug_is_safe_in_keys_files_and_addresses(name: str, safe: str) -> None:
    assert slug(name) == safe


@given(st.text(max_size=100))
def test_a_slug_is_its_own_slug(name: str) -> None:
    found = slug(name)
    assert re.fullmatch("([a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?)?", found)
    assert slug(found) == found
