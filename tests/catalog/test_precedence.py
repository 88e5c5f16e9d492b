"""Whose word counts is declared per field group, and never built in."""

import pytest

from ummid.catalog.precedence import GROUPS, Precedence
from ummid.errors import ConfigError

RIGHTS = Precedence({"rights": ("legal", "*", "rumours")})


@pytest.mark.parametrize(
    ("partner", "rank"), [("legal", 0), ("anybody", 1), ("somebody", 1), ("rumours", 2)]
)
def test_named_partners_stand_before_or_after_everybody_else(partner: str, rank: int) -> None:
    assert RIGHTS.rank("rights", partner) == rank


def test_who_is_not_named_comes_after_all_who_are() -> None:
    order = Precedence({"titles": ("studio", "press")})
    assert order.rank("titles", "studio") < order.rank("titles", "press")
    assert order.rank("titles", "press") < order.rank("titles", "other")
    assert order.rank("titles", "other") == order.rank("titles", "another")


def test_nothing_declared_means_all_are_equal() -> None:
    for group in GROUPS:
        assert Precedence().rank(group, "a") == Precedence().rank(group, "b")
    assert RIGHTS.rank("titles", "legal") == RIGHTS.rank("titles", "rumours")


def test_a_field_group_that_there_is_none_of_is_refused_with_those_there_are() -> None:
    with pytest.raises(ConfigError, match=r"no field group 'tittles'.*titles"):
        Precedence({"tittles": ("studio",)})
