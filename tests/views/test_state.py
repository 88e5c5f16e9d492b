"""Registers of statements only move forward: the order of deliveries does not matter."""

import msgspec
import pytest

from ummid.catalog.grants import Grant, TerritorySet
from ummid.catalog.model import Scope, Source, SourceRecord, Text
from ummid.stores.lmdb_table import LmdbTable
from ummid.stores.table import Put
from ummid.views import keys, state
from ummid.views.state import (
    NEVER,
    Coverage,
    RecordState,
    Scopes,
    Version,
    effective,
    encode_record,
    scope_id,
    scope_ids,
    statement_id,
)


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        (NEVER, Version(1)),
        (Version(1, 9, "f"), Version(2, 0, "")),
        (Version(1, 1, "f"), Version(1, 2, "")),
        (Version(1, 1, "a"), Version(1, 1, "b")),
        (Version(1, 1, ""), Version(1, 1, "a")),
        (Version(-1), NEVER),
    ],
)
def test_the_feeds_time_decides_then_receipt_then_content(older: Version, newer: Version) -> None:
    assert older < newer
    assert max(newer, older) == max(older, newer) == newer


RECORD = SourceRecord(
    format="mec", partner="acme", kind="film", key="k", source=Source("a.xml", "line 1")
)


def content(version: Version, deleted: Version = NEVER) -> RecordState:
    return RecordState(
        content_version=version,
        content_hash="h",
        content=msgspec.Raw(encode_record(RECORD)),
        deleted=deleted,
        restated=max(version, deleted),
        run="run-1",
        source=Source("a.xml", "line 1"),
    )


@pytest.mark.parametrize(
    ("stored", "has_content", "is_deleted"),
    [
        (RecordState(), False, False),
        (RecordState(deleted=Version(1)), False, True),
        (content(Version(2)), True, False),
        (content(Version(2), Version(1)), True, False),
        (content(Version(2), Version(2)), True, False),
        (content(Version(2), Version(3)), True, True),
    ],
)
def test_a_statement_is_deleted_when_its_delete_is_newer(
    stored: RecordState, has_content: bool, is_deleted: bool
) -> None:
    assert (stored.has_content, stored.is_deleted) == (has_content, is_deleted)


def test_states_are_stored_at_their_newest_version_and_read_back(table: LmdbTable) -> None:
    one, two = content(Version(5)), content(Version(2, 7, "d"), Version(9))
    table.write([state.state_put("a1", one), state.state_put("b2", two)])
    assert state.states(table, ["b2", "c3", "a1"]) == [two, None, one]
    assert two.record() == RECORD
    versions = [cell.version for _, _, cell in table.scan(b"r#")]
    assert versions == [5, 9]
    restated = msgspec.structs.replace(one, restated=Version(11))
    assert state.state_put("a1", restated).version == 11
    assert state.decode_state(state.encode_state(two)) == two


def test_whether_a_record_counts_is_kept_beside_it(table: LmdbTable) -> None:
    table.write([state.dead_put("a1", True, 1), state.dead_put("b2", True, 1)])
    table.write([state.dead_put("b2", False, 2)])
    assert state.dead(table, ["a1", "b2", "c3"]) == [True, False, False]


def test_statements_and_scopes_have_names_of_their_own() -> None:
    assert len({statement_id(*parts) for parts in ("abc", "bac", "acb", ("ab", "c", ""))}) == 4
    named = [("f", "p", "s", None), ("f", "p", "s", "FR"), ("f", "p", "sFR", None)]
    assert len({scope_id(*parts) for parts in (*named, ("g", "p", "s", None))}) == 4
    assert statement_id("f", "p", "s") not in {scope_id(*parts) for parts in named}


def test_a_coverage_is_written_once_and_read_by_every_step(table: LmdbTable) -> None:
    scopes = Scopes(table)
    assert not scopes.get("z").silences(NEVER, None)
    put = scopes.cover("z", Coverage(Version(5)))
    assert put
    assert put[:3] == (keys.scope("z"), keys.COVERED, 5)
    assert scopes.cover("z", Coverage(Version(5))) is None
    assert scopes.cover("z", Coverage(Version(4))) is None
    assert scopes.get("z").silences(Version(4), None)
    assert not Scopes(table).get("z").silences(Version(4), None)
    table.write([put])
    assert Scopes(table).get("z") == scopes.get("z")
    assert Scopes(table).cover("z", Coverage(Version(4), 0, 10)) is None
    later = Scopes(table).cover("z", Coverage(Version(7), 0, 10))
    assert later
    assert later.version == 7


def test_the_memory_of_scopes_is_bounded_and_loses_nothing(table: LmdbTable) -> None:
    scopes = Scopes(table)
    put = scopes.cover("z", Coverage(Version(5)))
    assert put
    table.write([put])
    for number in range(50_001):
        scopes.get(f"y{number}")
    assert scopes.get("z").silences(Version(4), None)


def grant(key: str, *territories: str, excluded: tuple[str, ...] = ()) -> Grant:
    stated = TerritorySet(territories, excluded) if territories or excluded else None
    return Grant(key=key, licence="EST", territories=stated)


def avail(scopes: tuple[Scope, ...], *grants: Grant) -> SourceRecord:
    return msgspec.structs.replace(RECORD, scopes=scopes, grants=grants)


FR, BE, ANYWHERE = (Scope("alid:1", territory=t) for t in ("FR", "BE", None))
G_FR, G_BE, G_BOTH = grant("1", "FR"), grant("2", "BE"), grant("3", "FR", "BE")
G_OPEN, G_REST = grant("4"), grant("5", excluded=("FR",))
WIDE = avail((FR, BE), G_FR, G_BE, G_BOTH, G_OPEN, G_REST)


@pytest.mark.parametrize(
    ("record", "covered", "counts_as"),
    [
        (WIDE, (), WIDE),
        (WIDE, (FR, BE), None),
        (WIDE, (FR,), avail((BE,), G_BE, grant("3", "BE"), G_OPEN, G_REST)),
        (WIDE, (BE,), avail((FR,), G_FR, grant("3", "FR"), G_OPEN, G_REST)),
        (avail((FR, ANYWHERE), G_FR, G_OPEN), (ANYWHERE,), avail((FR,), G_FR)),
        (avail((FR, ANYWHERE), G_FR, G_OPEN), (FR,), avail((ANYWHERE,), G_OPEN)),
        (
            avail((FR, BE), grant("6", "FR", "BE", excluded=("BE",))),
            (FR,),
            avail((BE,), grant("6", "BE", excluded=("BE",))),
        ),
        (avail((), G_FR), (FR, BE), avail((), G_FR)),
        (avail((FR,), G_FR), (FR,), None),
    ],
)
def test_of_a_record_in_several_territories_those_still_stated_remain(
    table: LmdbTable,
    record: SourceRecord,
    covered: tuple[Scope, ...],
    counts_as: SourceRecord | None,
) -> None:
    scopes = Scopes(table)
    for scope in covered:
        scopes.cover(scope_id("mec", "acme", scope.name, scope.territory), Coverage(Version(9)))
    assert effective(record, content(Version(8)), scopes) == counts_as
    assert effective(record, content(Version(9)), scopes) == record


@pytest.mark.parametrize(
    ("stored", "counts"),
    [
        (content(Version(2)), True),
        (content(Version(2), deleted=Version(3)), False),
        (msgspec.structs.replace(content(Version(2)), feed_scope="feed"), False),
        (msgspec.structs.replace(content(Version(5)), feed_scope="feed"), True),
        (
            msgspec.structs.replace(content(Version(2)), restated=Version(5), feed_scope="feed"),
            True,
        ),
        (msgspec.structs.replace(content(Version(2)), feed_scope="another"), True),
    ],
)
def test_a_record_counts_until_it_is_deleted_or_its_feed_leaves_it_out(
    table: LmdbTable, stored: RecordState, counts: bool
) -> None:
    scopes = Scopes(table)
    scopes.cover("feed", Coverage(Version(5)))
    assert effective(RECORD, stored, scopes) == (RECORD if counts else None)


@pytest.mark.parametrize(
    ("point", "counts"), [(9, True), (10, False), (19, False), (20, True), (None, False)]
)
def test_a_range_silences_what_lies_in_it_and_what_has_no_place(
    table: LmdbTable, point: int | None, counts: bool
) -> None:
    scopes = Scopes(table)
    scopes.cover(scope_id("mec", "acme", "channel:1", None), Coverage(Version(5), 10, 20))
    record = avail((Scope("channel:1", point=point),))
    assert (effective(record, content(Version(2)), scopes) is not None) is counts


def test_the_scopes_of_a_record_are_its_own_and_its_feeds() -> None:
    own = [scope_id("mec", "acme", "alid:1", "FR"), scope_id("mec", "acme", "alid:1", "BE")]
    assert scope_ids(WIDE, RecordState()) == own
    assert scope_ids(WIDE, RecordState(feed_scope="feed")) == ["feed", *own]
    assert scope_ids(RECORD, RecordState()) == []


def test_a_record_is_encoded_as_it_is() -> None:
    record = msgspec.structs.replace(WIDE, titles=(Text("Amélie", "fr"),), extra={"a": "b"})
    assert state.decode_record(encode_record(record)) == record


def test_a_state_of_an_older_run_is_ignored_beside_a_newer_one(table: LmdbTable) -> None:
    table.write([state.state_put("a1", content(Version(9)))])
    table.write([state.state_put("a1", content(Version(5)))])
    assert state.states(table, ["a1"]) == [content(Version(9))]
    table.write([Put(keys.record("a1"), keys.STATE, 9, state.encode_state(RecordState()))])
    assert state.states(table, ["a1"]) == [RecordState()]
