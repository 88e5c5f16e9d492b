"""What pages are together: a function of all that is remembered of them."""

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ummid.ingest import pages
from ummid.ingest.pages import feeds, kept
from ummid.views.pages import PageLink
from ummid.views.state import Version


def links(*said: str) -> list[PageLink]:
    """`3 a>b` is page a at time 3, which links to b; `3 a` links to none, `3 a>b!` is damaged."""
    found = []
    for one in said:
        time, _, rest = one.partition(" ")
        page, _, following = rest.rstrip("!").partition(">")
        found.append(PageLink(Version(int(time)), page, following, not rest.endswith("!")))
    return sorted(found)


@pytest.mark.parametrize(
    ("said", "since"),
    [
        (["1 a"], 1),
        (["1 a", "2 a"], 2),
        (["1 a>b"], None),
        (["1 a>b", "2 b"], 1),
        (["2 a>b", "1 b"], 1),
        (["1 a>b!", "2 b"], None),
        (["1 a>b", "2 b>c"], None),
        (["1 a>b", "2 b>a"], 1),
        (["1 a>b", "2 b", "3 a>b"], 1),  # what left a may come with b
        (["1 a>b", "2 b", "3 b"], 1),
        (["1 a>b", "2 b", "3 b", "4 a>b"], 3),
        (["1 a>b", "2 b", "3 a>b", "4 b>c"], 1),
        (["1 a>b", "2 b", "3 c", "4 b>c"], 1),  # c is a page of a feed on its way
        (["1 a>b", "2 b", "3 c", "4 b>c", "5 a>b"], 3),
        (["1 a>b", "2 b", "3 a"], 3),
        (["1 a>b", "2 b", "3 a", "4 b"], 4),
        (["1 a", "2 a>b"], 1),  # until b is there, what the old feed withdrew stays withdrawn
        (["1 a", "2 b"], 2),
    ],
)
def test_a_feed_is_whole_once_all_its_pages_are_stated_again(
    said: Sequence[str], since: int | None
) -> None:
    newest = feeds(links(*said)).newest
    assert (newest.version.time if newest else None) == since


@st.composite
def anything_said(draw: st.DrawFn) -> list[PageLink]:
    page = st.sampled_from("abc")
    said = st.builds(
        lambda p, f, whole: (p, f if f != p else "", whole),
        page,
        page | st.just(""),
        st.booleans(),
    )
    return [PageLink(Version(n), *draw(said)) for n in range(draw(st.integers(0, 12)))]


@given(anything_said(), st.sets(st.integers(0, 11)))
def test_what_is_kept_of_two_runs_is_kept_of_both_together(
    said: list[PageLink], in_first: set[int]
) -> None:
    first = [link for number, link in enumerate(said) if number in in_first]
    other = [link for link in said if link not in first]
    assert kept(sorted([*kept(first), *kept(other)])) == kept(said)


def test_of_many_the_newest_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "_KEPT", 1)
    monkeypatch.setattr(pages, "_KEPT_LAST", 2)
    said = links("1 a>b", "2 c>d", "3 d", "4 e", "5 f", "6 f", "7 f", "8 f")
    assert kept(said) == links("2 c>d", "7 f", "8 f")
    assert kept(links("1 f", "2 f", "3 f", "4 f>g", "5 f>g!")) == links("3 f", "5 f>g!")


@given(anything_said())
def test_a_newer_page_never_takes_back_what_a_whole_feed_withdrew(said: list[PageLink]) -> None:
    """Unless it shows that what looked whole was a page of a larger feed."""
    with_more = feeds([*said, PageLink(Version(99), "new", "")])
    before = feeds(said).newest
    assert with_more.newest is not None
    assert before is None or with_more.newest.version >= before.version
