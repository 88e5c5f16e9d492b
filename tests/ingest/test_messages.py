"""What messages deliver."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.ingest.feeds import Store
from ummid.errors import FeedError, StoreError
from ummid.ingest import messages
from ummid.ingest.messages import Message, Statement, Written
from ummid.ingest.sources import source_again, source_of
from ummid.views import deadletters

NOON = 1_704_110_400_000
"""2024-01-01T12:00:00Z"""


def message(data: bytes | dict[str, Any] = b"", number: int = 1, /, **attributes: str) -> Message:
    encoded = data if isinstance(data, bytes) else json.dumps(data).encode()
    return Message("projects/p/subscriptions/s", str(number), 5, encoded, attributes)


WRITTEN = {"eventType": "OBJECT_FINALIZE", "bucketId": "in", "objectId": "acme/a b.xml"}
OBJECT = {"timeCreated": "2024-01-01T12:00:00.123Z", "size": "42", "name": "acme/a b.xml"}

REVIEW = message({"body": "a review", "title": "Heat"})
"""No envelope: a statement with a field of that name."""


@pytest.mark.parametrize(
    ("given", "delivers"),
    [
        (message(OBJECT, **WRITTEN), Written(path="gs://in/acme/a b.xml", at=NOON + 123, size=42)),
        (message(**WRITTEN), Written(path="gs://in/acme/a b.xml", at=5)),
        (message(**WRITTEN | {"eventType": "OBJECT_DELETE"}), None),
        (message(b"<tv/>"), Statement(body=b"<tv/>")),
        (
            message(b"<tv/>", partner="Acme TV", format="xmltv", event_time="2024-01-01T12:00:00Z"),
            Statement(body=b"<tv/>", partner="acme-tv", format="xmltv", stated=NOON),
        ),
        (
            message(b"x", event_time=str(NOON), delete="True"),
            Statement(body=b"x", stated=NOON, delete=True),
        ),
        (message({"body": "<tv/>"}), Statement(body=b"<tv/>")),
        (message({"body": {"@type": "Movie"}}), Statement(body=b'{"@type": "Movie"}')),
        (
            message(
                {"body": "x", "partner": "a", "format": "f", "event_time": NOON, "delete": True}
            ),
            Statement(body=b"x", partner="a", format="f", stated=NOON, delete=True),
        ),
        (
            message(
                {"body": "x", "partner": "", "format": "", "reference": "", "event_time": ""}
                | {"delete": False}
            ),
            Statement(body=b"x"),
        ),
        (
            message({"reference": "gs://b/o", "partner": "a", "event_time": "2024-01-01T12:00Z"}),
            Written(path="gs://b/o", at=NOON, partner="a"),
        ),
        (message({"reference": "gs://b/o"}), Written(path="gs://b/o", at=5)),
        (REVIEW, Statement(body=REVIEW.data)),
        (message(b'{"title": "Heat"}'), Statement(body=b'{"title": "Heat"}')),
        (message(b"{ broken"), Statement(body=b"{ broken")),
    ],
)
def test_what_a_message_delivers(given: Message, delivers: Statement | Written | None) -> None:
    assert messages.read(given) == delivers


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        (message(eventType="OBJECT_FINALIZE", bucketId="in"), "bucketId and objectId"),
        (message(b"{", **WRITTEN), "cannot be read"),
        (message({"size": "many"}, **WRITTEN), "cannot be read"),
        (message({"timeCreated": "noon"}, **WRITTEN), "'noon' cannot be read"),
        (message(b"x", event_time="Open"), "no time since 1970"),
        (message(b"x", event_time="9" * 30), "cannot be read|no time since"),
        (message(b"x", delete="perhaps"), "true or false"),
        (message({"body": ""}), "neither a body nor a reference"),
        (message({"reference": "gs://b/o", "body": "x"}), "has no body"),
        (message({"reference": "gs://b/o", "delete": True}), "deletes nothing"),
        (message({"reference": "/etc/passwd"}), "begins with gs://"),
        (message({"body": "x", "partner": 7}), "envelope cannot be read"),
        (message({"body": "x", "event_time": -1}), "cannot be read|no time since"),
    ],
)
def test_what_is_no_message_says_why(given: Message, reason: str) -> None:
    with pytest.raises(FeedError, match=reason) as raised:
        messages.read(given)
    assert raised.value.code == "bad-message"


def test_the_schema_has_the_fields_of_the_envelope() -> None:
    schema = Path(messages.__file__).parents[1] / "stream/envelope.avsc.json"
    fields = [field["name"] for field in json.loads(schema.read_text())["fields"]]
    assert fields == list(messages._Envelope.__struct_fields__)


ROW = b"id,title,year\n1,%s,1999\n"


def ingest(store: Store, *given: Message) -> None:
    store.ingest_sources([source for one in given if (source := source_of(one))])


def test_a_message_is_one_statement_and_no_full_delivery(store: Store) -> None:
    feed = (
        b'<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel><title>A</title>'
    )
    feed += b"<item><guid>%d</guid><media:title>%s</media:title></item></channel></rss>"
    ingest(store, message(feed % (1, b"Heat"), 1), message(feed % (2, b"Ronin"), 2))
    ingest(store, message(feed % (3, b"Alien"), 3))
    assert store.names() == {"Heat", "Ronin", "Alien"}


def test_the_same_statement_published_twice_changes_nothing(store: Store) -> None:
    first = message(ROW % b"Heat", 1, partner="acme", event_time="2024-01-02T00:00:00Z")
    ingest(store, first)
    before = store.views()
    ingest(store, first, message(first.data, 2, **first.attributes))
    assert store.views() == before


def test_a_delete_holds_against_older_statements_and_not_against_newer(store: Store) -> None:
    def at(day: int, data: bytes, **more: str) -> Message:
        return message(data, day, partner="acme", event_time=f"2024-01-0{day}T00:00:00Z", **more)

    ingest(store, at(3, ROW % b"Heat", delete="true"))
    ingest(store, at(2, ROW % b"Heat"))
    assert store.names() == set()
    ingest(store, at(4, ROW % b"Heat again"))
    assert store.names() == {"Heat again"}


def test_a_message_from_the_future_is_of_the_time_it_was_published(store: Store) -> None:
    ingest(store, message(ROW % b"Early", 1, partner="acme", event_time="2999-01-01T00:00:00Z"))
    ingest(store, message(ROW % b"Late", 2, partner="acme", event_time="2024-01-01T00:00:00Z"))
    assert store.names() == {"Late"}


def test_a_dead_message_is_kept_and_replayed(store: Store) -> None:
    ingest(store, message(b"neither this nor that", 1, partner="acme"))
    (letter,) = store.letters()
    assert letter.path == "pubsub:projects/p/subscriptions/s/1"
    again = source_again(store.path, deadletters.origin(store.table, letter.path))
    assert again.message == message(b"neither this nor that", 1, partner="acme")
    store.ingest_sources([again])
    assert len(store.letters()) == 1
    store.table.write([deadletters.message_put(letter.path, b"", 1 << 41)])
    with pytest.raises(StoreError, match="was not kept"):
        source_again(store.path, deadletters.origin(store.table, letter.path))


def test_of_a_message_that_was_taken_nothing_is_kept(store: Store) -> None:
    ingest(store, message(ROW % b"Heat", 1, partner="acme"))
    assert list(store.table.scan(b"f#")) == []
