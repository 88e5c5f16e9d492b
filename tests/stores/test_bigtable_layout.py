"""Where logical rows lie in a Bigtable table, and what a store's name means."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.emulators import needs_bigtable
from ummid.errors import ConfigError, StoreError
from ummid.stores.bigtable.client import EMULATOR, Deadlines, connect, open_target
from ummid.stores.bigtable.layout import BUCKETS, Layout, after, logical
from ummid.stores.bigtable.place import BigtablePlace, is_bigtable, parse
from ummid.stores.bigtable.schema import Schema
from ummid.views import keys

SPREAD = (b"c#", b"s#", b"\xff")
_keys = st.binary(min_size=1, max_size=4).filter(lambda key: b"\x00" not in key) | st.sampled_from(
    [b"c", b"c#", b"c#1", b"c$", b"s#\xff", b"\xff\xff", b"t#"]
)


@given(_keys)
def test_a_key_is_found_where_it_is_put(key: bytes) -> None:
    physical = Layout(SPREAD).physical(key)
    assert logical(physical) == key
    assert (physical != key) == key.startswith(SPREAD)


@given(key=_keys, start=_keys | st.just(b""), stop=_keys | st.just(b""))
def test_ranges_hold_exactly_the_keys_between_their_ends(
    key: bytes, start: bytes, stop: bytes
) -> None:
    layout = Layout(SPREAD)
    physical = layout.physical(key)
    holding = [
        one
        for one in layout.ranges(start, stop)
        if one.start <= physical and (not one.stop or physical < one.stop)
    ]
    within = start <= key and (not stop or key < stop)
    assert len(holding) == within
    assert all(physical[one.lead :] == key for one in holding)


def test_a_kind_that_is_not_spread_is_one_range_and_one_that_is_has_only_buckets() -> None:
    layout = Layout(SPREAD)
    assert len(list(layout.ranges(b"t#", b"t$"))) == 1
    assert [one.lead for one in layout.ranges(b"c#7", b"c#8")] == [2] * len(BUCKETS)
    assert len(list(layout.ranges(b"", b""))) == 1 + len(BUCKETS)
    assert len(list(Layout().ranges(b"", b""))) == 1


def test_rows_that_follow_each_other_lie_apart() -> None:
    layout = Layout(keys.SPREAD)
    buckets = [layout.physical(keys.change(serial))[:2] for serial in range(1, 4001)]
    assert set(buckets) == set(BUCKETS)
    assert max(buckets.count(bucket) for bucket in BUCKETS) < 1.3 * len(buckets) / len(BUCKETS)
    assert sum(one == other for one, other in pairwise(buckets)) < len(buckets) / 4


@pytest.mark.parametrize(
    ("prefix", "end"),
    [(b"a", b"b"), (b"a\xff", b"b"), (b"\xff", b""), (b"", b""), (b"a\xff\xff", b"b")],
)
def test_what_comes_after_a_prefix(prefix: bytes, end: bytes) -> None:
    assert after(prefix) == end


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("bigtable://p/i/t", BigtablePlace("p", "i", "t", "", Path("var/bigtable/p/i/t"))),
        (
            "bigtable://acme.com:p/i-1/t_2?profile=ingest&folder=/srv/x",
            BigtablePlace("acme.com:p", "i-1", "t_2", "ingest", Path("/srv/x")),
        ),
    ],
)
def test_a_store_is_named_by_project_instance_and_table(name: str, place: BigtablePlace) -> None:
    assert is_bigtable(Path(name))
    assert parse(Path(name)) == place
    assert str(place) == name.partition("?")[0]


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("bigtable://p/i", "names no Bigtable table; write bigtable://PROJECT/INSTANCE/TABLE"),
        ("bigtable://p/i/t/u", "names no Bigtable table"),
        ("bigtable://p/i/t t", "names no Bigtable table"),
        ("bigtable://p/i/t?profil=x", "unknown option profil; there are profile, folder"),
    ],
)
def test_a_name_that_means_no_table_is_refused(name: str, says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        parse(Path(name))


def test_a_folder_is_no_table() -> None:
    assert not is_bigtable(Path("var/bigtable:/p"))


def test_without_credentials_it_is_said_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in ("GOOGLE_APPLICATION_CREDENTIALS", EMULATOR):
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    monkeypatch.setenv("CLOUDSDK_CONFIG", str(tmp_path))
    place = BigtablePlace("p", "i", "t")
    for opening in (connect, Schema):
        with pytest.raises(StoreError, match=r"opening bigtable://p/i/t failed: .*credentials"):
            opening(place)


def test_an_app_profile_goes_with_every_call() -> None:
    needs_bigtable()
    place = BigtablePlace("p", "i", "t", "ingest")
    client = connect(place)
    assert open_target(client, place, Deadlines()).app_profile_id == "ingest"
    client.close()
