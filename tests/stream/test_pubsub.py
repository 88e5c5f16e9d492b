"""Pub/Sub as a source of deliveries and a follower of changes, against its emulator."""

import json
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from google.cloud.pubsub_v1 import PublisherClient, SubscriberClient
from google.pubsub_v1.types import Encoding

from pipelines.ingest.streaming import FolderOfBuckets
from tests.emulators import needs_pubsub
from tests.ingest.feeds import Store
from tests.stream.sources import WITHIN, run_until, titles
from tests.stream.test_command import run, ummid
from ummid.errors import ConfigError
from ummid.stream import pubsub
from ummid.stream.follow import Place, follow
from ummid.stream.loop import Stream, Target
from ummid.stream.pubsub import Flow, Subscription, Topic
from ummid.stream.source import Arrival
from ummid.views.changes import Change

SCHEMA = Path(pubsub.__file__).with_name("envelope.avsc.json")


class Line:
    """A topic with one subscription."""

    def __init__(self) -> None:
        needs_pubsub()
        self.publisher, self.subscriber = PublisherClient(), SubscriberClient()
        number = uuid4().hex
        self.topic = f"projects/test/topics/t-{number}"
        self.name = f"projects/test/subscriptions/s-{number}"
        self.publisher.create_topic(name=self.topic)
        self.subscriber.create_subscription(
            name=self.name, topic=self.topic, ack_deadline_seconds=10
        )

    def send(self, data: bytes, **attributes: str) -> str:
        return str(self.publisher.publish(self.topic, data, **attributes).result(30))

    def left(self, within: float = 2.0) -> list[bytes]:
        """What would still be delivered now."""
        found = self.subscriber.pull(
            subscription=self.name, max_messages=100, timeout=within + 5, return_immediately=True
        )
        return [one.message.data for one in found.received_messages]

    def close(self) -> None:
        self.subscriber.close()
        self.publisher.stop()


@pytest.fixture
def line() -> Iterator[Line]:
    made = Line()
    yield made
    made.close()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(tmp_path / "store")
    yield opened
    opened.close()


def row(number: int, title: str) -> bytes:
    return f"id,title,year\n{number},{title},1999\n".encode()


def streamed(store: Store, line: Line, **how: object) -> Stream:
    return Stream(Target(store=store.path, **how), [Subscription(line.name)])  # type: ignore[arg-type]


@pytest.mark.filterwarnings("ignore:The return_immediately flag is deprecated")
def test_messages_are_published_and_then_acknowledged(store: Store, line: Line) -> None:
    for number, title in enumerate(("Heat", "Ronin"), start=1):
        line.send(row(number, title), partner="acme", event_time="2024-01-02T00:00:00Z")
    line.send(row(1, "Heat"), partner="acme", event_time="2024-01-02T00:00:00Z")
    line.send(row(2, "Older"), partner="acme", event_time="2024-01-01T00:00:00Z")
    line.send(row(3, "Thief"), partner="acme")
    line.send(row(3, ""), partner="acme", delete="true", event_time="2100-01-01T00:00:00Z")
    line.send(b"{}", eventType="OBJECT_DELETE", bucketId="b", objectId="a.csv")
    done: list[Arrival] = []
    stream = Stream(
        Target(store=store.path),
        [Subscription(line.name)],
        told=lambda _, arrivals: done.extend(arrivals),
    )
    run_until(stream, lambda: len(done) == 6)
    assert store.names() == {"Heat", "Ronin"}
    assert store.letters() == []
    assert line.left() == []


def test_what_is_no_message_is_a_dead_letter_and_its_neighbours_come_through(
    store: Store, line: Line
) -> None:
    bad = line.send(b"neither this nor that", partner="acme")
    line.send(row(1, "Heat"), partner="acme")
    run_until(streamed(store, line), lambda: "Heat" in store.names() and bool(store.letters()))
    assert [letter.path for letter in store.letters()] == [f"pubsub:{line.name}/{bad}"]


def test_an_object_that_was_written_is_read(store: Store, line: Line, tmp_path: Path) -> None:
    buckets = tmp_path / "buckets"
    titles(buckets / "feeds/acme/a.csv", "Heat")
    for _ in range(2):
        line.send(
            b'{"timeCreated": "2024-01-01T00:00:00Z", "size": "30"}',
            eventType="OBJECT_FINALIZE",
            bucketId="feeds",
            objectId="acme/a.csv",
        )
    stream = streamed(store, line, access=FolderOfBuckets(buckets))
    run_until(stream, lambda: store.names() == {"Heat"})
    assert [letter.code for letter in store.letters()] == []


def test_a_partner_with_too_much_waiting_has_it_later(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pubsub, "_PUT_OFF", 0)
    number = line.send(row(1, "Heat"), partner="acme")
    refused: list[Arrival] = []
    taken: list[Arrival] = []

    def take(arrival: Arrival) -> bool:
        (taken if refused else refused).append(arrival)
        return bool(taken)

    subscription = Subscription(line.name, Flow(messages=10))
    subscription.start(take)
    try:
        wait_for(lambda: bool(taken))
        assert {one.id for one in (*refused, *taken)} == {f"pubsub:{line.name}/{number}"}
        assert taken[0].partner == "acme"
        assert subscription.failure() is None
    finally:
        subscription.again(taken, 0)
        subscription.close()


def test_messages_follow_the_schema_that_ships(line: Line, store: Store) -> None:
    from google.pubsub_v1 import SchemaServiceClient
    from google.pubsub_v1.types import Schema, SchemaSettings

    name = f"e-{uuid4().hex}"
    made = SchemaServiceClient(transport=schema_transport()).create_schema(
        parent="projects/test",
        schema_id=name,
        schema=Schema(type_=Schema.Type.AVRO, definition=SCHEMA.read_text()),
    )
    topic = f"projects/test/topics/{name}"
    settings = SchemaSettings(schema=made.name, encoding=Encoding.JSON)
    line.publisher.create_topic(request={"name": topic, "schema_settings": settings})
    name = f"projects/test/subscriptions/{name}"
    line.subscriber.create_subscription(name=name, topic=topic)
    line.name = name
    envelope = {
        "partner": "acme",
        "format": "tabular",
        "body": row(1, "Heat").decode(),
        "reference": "",
        "event_time": "2024-01-02T00:00:00Z",
        "delete": False,
    }
    line.publisher.publish(topic, json.dumps(envelope).encode()).result(30)
    run_until(streamed(store, line), lambda: store.names() == {"Heat"})


def schema_transport() -> object:
    import grpc
    from google.pubsub_v1.services.schema_service.transports import SchemaServiceGrpcTransport

    return SchemaServiceGrpcTransport(channel=grpc.insecure_channel(needs_pubsub()))


def test_a_topic_is_told_every_change_once_in_order(
    store: Store, line: Line, tmp_path: Path
) -> None:
    store.ingest(titles(tmp_path / "p/a.csv", "Heat", "Ronin"))
    topic, place = Topic(line.topic), Place(store.table, line.topic)
    for _ in range(2):
        follow(store.table, topic, place.get(), reached=place.put)
    told = [json.loads(one) for one in received(line, 2)]
    assert sorted(one["serial"] for one in told) == [1, 2]
    assert {one["change"] for one in told} == {"created"}


def received(line: Line, count: int) -> list[bytes]:
    found: list[bytes] = []

    def pulled() -> bool:
        answer = line.subscriber.pull(subscription=line.name, max_messages=100, timeout=30)
        if answer.received_messages:
            ids = [one.ack_id for one in answer.received_messages]
            line.subscriber.acknowledge(subscription=line.name, ack_ids=ids)
        found.extend(one.message.data for one in answer.received_messages)
        return len(found) >= count

    wait_for(pulled)
    return found


def wait_for(reached: Callable[[], bool]) -> None:
    until = time.monotonic() + WITHIN
    while not reached():
        assert time.monotonic() < until, "not reached in time"
        time.sleep(0.02)


def test_the_command_takes_messages_and_publishes_changes(line: Line, tmp_path: Path) -> None:
    changes = Line()
    process = ummid(
        *("ingest", "--streaming", "--no-index", "--store", tmp_path / "store"),
        *("--subscription", line.name, "--changes", changes.topic),
    )
    line.send(row(1, "Heat"), partner="acme", event_time="2024-01-01T00:00:00Z")
    told = [json.loads(one) for one in received(changes, 1)]
    line.send(row(1, "Heat (1995)"), partner="acme", event_time="2024-01-02T00:00:00Z")
    told += [json.loads(one) for one in received(changes, 1)]
    process.send_signal(signal.SIGTERM)
    _, said = process.communicate(timeout=60)
    changes.close()
    assert process.returncode == 0, said
    assert [(one["serial"], one["change"]) for one in told] == [(1, "created"), (2, "updated")]


def test_without_the_client_the_way_to_it_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr("ummid.stream.pubsub")
    monkeypatch.setitem(sys.modules, "ummid.stream.pubsub", None)
    done = run("ingest", "--streaming", "--store", tmp_path, "--subscription", "projects/p/s/s")
    assert done.exit_code
    assert "Pub/Sub needs the Google Cloud packages: pip install" in done.output


@pytest.mark.parametrize("made", [Subscription, Topic])
def test_what_is_not_there_is_said(made: type[Subscription] | type[Topic]) -> None:
    needs_pubsub()
    kind = "subscriptions" if made is Subscription else "topics"
    with pytest.raises(ConfigError, match="none-such"):
        made(f"projects/test/{kind}/none-such")


def test_a_change_that_cannot_be_published_is_an_error(line: Line) -> None:
    topic = Topic(line.topic)
    line.publisher.delete_topic(topic=line.topic)
    change = Change(serial=1, title="ab", change="created", parts=("title",), run="r", at=1)
    with pytest.raises(Exception, match="were not published"):
        topic.tell([change])


def test_a_subscription_that_is_removed_ends_the_stream(store: Store, line: Line) -> None:
    stream = streamed(store, line)
    removed: list[bool] = []

    def remove() -> bool:
        if not removed:
            line.subscriber.delete_subscription(subscription=line.name)
            removed.append(True)
        return False

    with pytest.raises(Exception, match="cannot be pulled any more"):
        run_until(stream, remove)
