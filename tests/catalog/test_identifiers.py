"""Identifiers have one spelling each; one whose check fails is kept and flagged."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ummid.catalog.identifiers import best, external_id, movielabs_id, own_id
from ummid.catalog.model import ExternalId

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

VALID = (
    "7791-8534-2C23-9030-8610-5",
    "8FF3-1C20-84F5-F247-8BCD-E",
    "2D99-3C1C-9F31-3E10-3411-1",
    "4FEC-7003-F150-AD59-9D70-S",
)


def check_character(digits: str) -> str:
    """ISO 7064 Mod 37,36, as written in the standard and not as any library has it."""
    p = 36
    for digit in digits:
        s = (p + ALPHABET.index(digit)) % 36 or 36
        p = (2 * s) % 37
    return ALPHABET[(37 - p) % 36]


def in_groups(digits: str) -> str:
    return "-".join(digits[i : i + 4] for i in range(0, 20, 4))


def test_the_worked_example_of_the_check_character() -> None:
    assert check_character("779185342C2390308610") == "5"


@pytest.mark.parametrize("value", VALID)
@pytest.mark.parametrize(
    "spelling",
    [
        "10.5240/{}",
        "10.5240/:{}",
        "10.5240:{}",
        "urn:eidr:10.5240:{}",
        "urn:eidr:10.5240/{}",
        "URN:EIDR:10.5240:{}",
        "md:cid:eidr-s:{}",
        "eidr-s:{}",
        "eidr:10.5240/{}",
        "{}",
        " {}\n",
    ],
)
def test_every_spelling_of_an_eidr_is_one_id(value: str, spelling: str) -> None:
    for written in (spelling.format(value), spelling.format(value.lower())):
        found = external_id("EIDR", written)
        assert found is not None
        assert (found.scheme, found.value, found.valid) == ("eidr", f"10.5240/{value}", True)
        assert found.raw in (None, written.strip())
        assert (found.raw is None) == (written.strip() == found.value)


@pytest.mark.parametrize(
    "written",
    [
        "10.5240/7791-8534-2C23-9030-8610-6",  # another check character
        "10.5240/7791-8534-2C23-9030-6810-5",  # two digits exchanged
        "10.5240/GGGG-8534-2C23-9030-8610-5",  # not hexadecimal
        "10.5240/FE16-FE16-FE16-FE16-FE16-7",  # in templates, shared by unrelated titles
        "10.5239/8BE5-E3F6",  # a party
        "10.1234/7791-8534-2C23-9030-8610-5",  # another registry
        "10.5240/7791-8534-2C23-9030-8610",  # no check character
        "10.5240/7791-8534-2C23-9030-8610-5:HD",  # a part of the title
        "10.5240/7791-8534-2C23-9030-8610-\u212a",  # a Kelvin sign is no K
        "10.5240/7791-8534-2C23-9030-8610-é",
        "7791853423C29030",
        "tt0133093",
        "TBD",
    ],
)
def test_an_eidr_that_fails_is_kept_and_flagged(written: str) -> None:
    found = external_id("eidr", written)
    assert found is not None
    assert not found.valid
    assert written in (found.value, found.raw)


@given(st.text("0123456789ABCDEF", min_size=20, max_size=20), st.sampled_from(ALPHABET))
def test_exactly_one_check_character_is_right(digits: str, check: str) -> None:
    found = external_id("eidr", f"10.5240/{in_groups(digits)}-{check}")
    assert found is not None
    assert found.valid == (check == check_character(digits))


@given(
    st.text("0123456789ABCDEF", min_size=20, max_size=20),
    st.integers(0, 19),
    st.sampled_from("0123456789ABCDEF"),
)
def test_one_wrong_digit_is_always_found(digits: str, at: int, other: str) -> None:
    changed = digits[:at] + other + digits[at + 1 :]
    found = external_id("eidr", f"{in_groups(changed)}-{check_character(digits)}")
    assert found is not None
    assert found.valid == (changed == digits)


@pytest.mark.parametrize(
    ("scheme", "written", "name", "value", "valid"),
    [
        ("IMDB", "tt0133093", "imdb", "tt0133093", True),
        ("imdb", "TT0133093", "imdb", "tt0133093", True),
        ("imdb.com", "https://www.imdb.com/title/tt10872600/?ref_=x", "imdb", "tt10872600", True),
        ("imdb", "0133093", "imdb", "0133093", False),
        ("imdb", "tt13309", "imdb", "tt13309", False),
        ("imdb", "tt٠١٢٣٤٥٦", "imdb", "tt٠١٢٣٤٥٦", False),
        ("TMS", "MV000123450000", "tms", "MV000123450000", True),
        ("dd_progid", "EP02420905.0022", "tms", "EP024209050022", True),
        ("gracenote", "ep024209050022", "tms", "EP024209050022", True),
        ("tms", "12345", "tms", "12345", False),
        ("tms", "MV٠٠٠١٢٣٤٥٠٠٠٠", "tms", "MV٠٠٠١٢٣٤٥٠٠٠٠", False),
        ("ISAN", "0000-0000-D07A-0090-Q", "isan", "0000-0000-D07A-0090-Q", True),
        ("isan", "000000018947000000000000", "isan", "0000-0001-8947-0000-8-0000-0000-D", True),
        ("isan", "0000-0000-D07A-0090-X", "isan", "0000-0000-D07A-0090-X", False),
        ("TMDb", "603", "tmdb", "603", True),
        ("thetvdb.com", "81189", "tvdb", "81189", True),
        ("House-Number", "AbC 1", "house-number", "AbC 1", True),
        ("", "x", "other", "x", True),
    ],
)
def test_other_schemes(scheme: str, written: str, name: str, value: str, valid: bool) -> None:
    assert external_id(scheme, written, "edit") == ExternalId(
        name, value, "edit", valid, None if value == written else written
    )


def test_nothing_is_no_id() -> None:
    assert external_id("eidr", " ") is None
    assert movielabs_id(" ") is None


@pytest.mark.parametrize(
    ("written", "scheme", "value", "valid"),
    [
        (f"md:cid:eidr-s:{VALID[0]}", "eidr", f"10.5240/{VALID[0]}", True),
        (f"urn:eidr:10.5240:{VALID[0]}", "eidr", f"10.5240/{VALID[0]}", True),
        (f"10.5240/{VALID[0]}", "eidr", f"10.5240/{VALID[0]}", True),
        ("md:cid:eidr-s:0000-0000-0000-0000-0000-0", "eidr",
         "10.5240/0000-0000-0000-0000-0000-0", False),
        # an extended form names a part of the title, not the title
        (f"md:cid:eidr-x:{VALID[0]}:clip-1", "movielabs", f"md:cid:eidr-x:{VALID[0]}:clip-1", True),
        (f"md:alid:eidr-x:{VALID[0]}:hd", "movielabs", f"md:alid:eidr-x:{VALID[0]}:hd", True),
        ("md:cid:org:studio.example:1", "movielabs", "md:cid:org:studio.example:1", True),
        ("anything", "movielabs", "anything", True),
    ],
)  # fmt: skip
def test_movielabs_ids(written: str, scheme: str, value: str, valid: bool) -> None:
    found = movielabs_id(f" {written} ", "series")
    assert found is not None
    assert (found.scheme, found.value, found.scope, found.valid) == (scheme, value, "series", valid)


def test_an_own_id_is_opaque() -> None:
    assert own_id(" Ab/12 ") == ExternalId("partner", "Ab/12", "title")


def test_the_best_id_of_a_scheme_is_the_first_that_is_valid() -> None:
    bad, good, other = (
        ExternalId("imdb", "x", valid=False), ExternalId("imdb", "tt0133093"),
        ExternalId("tmdb", "603"),
    )  # fmt: skip
    assert best((bad, good, other), "imdb") == "tt0133093"
    assert best((bad, other), "imdb") == "x"
    assert best((other,), "imdb") is None


@given(st.sampled_from(["eidr", "imdb", "tms", "isan", "tmdb", "x"]), st.text(max_size=60))
def test_any_text_is_an_id_or_nothing_and_reads_the_same_again(scheme: str, text: str) -> None:
    found = external_id(scheme, text)
    if found is None:
        assert not text.strip()
        return
    again = external_id(scheme, found.value)
    assert again is not None
    assert (again.value, again.valid) == (found.value, found.valid)
    movielabs_id(text)
