"""Pub/Sub: a subscription as a source of deliveries, a topic as a follower of changes.

The client extends the deadlines of messages that wait or are being ingested, for an hour at most,
and asks for no more while `Flow` is full of them: what floods waits with the service.
"""

from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import suppress
from threading import Lock
from typing import Any, NamedTuple

import msgspec
from google.api_core.exceptions import GoogleAPICallError, InvalidArgument, NotFound
from google.cloud.pubsub_v1 import PublisherClient, SubscriberClient
from google.cloud.pubsub_v1.subscriber.message import Message as Received
from google.cloud.pubsub_v1.types import FlowControl

from ummid.catalog.times import to_ms
from ummid.errors import ConfigError, StoreError
from ummid.ingest.messages import BUCKETS, Message
from ummid.ingest.sources import Source, source_of
from ummid.stream.source import Arrival, Take
from ummid.views.changes import Change

_PUT_OFF = 10
"""Seconds until a message comes again of whose partner too much waits already."""
_TOLD_WITHIN = 60.0


class Flow(NamedTuple):
    """What may be with us at once, waiting or being ingested. `lease` is in seconds."""

    messages: int = 5000
    bytes: int = 256 << 20
    lease: float = 3600.0


class Subscription:
    """A subscription `projects/P/subscriptions/S`.

    Delivery semantics: a message is acknowledged when what it brought is published for good. Of a
    partner that has too much waiting it is given back, so that those behind it come through.
    """

    def __init__(self, name: str, flow: Flow | None = None) -> None:
        """Raises ConfigError when there is no such subscription."""
        self.name, self._flow = name, flow or Flow()
        self._client = SubscriberClient()
        self._pull: Any = None
        self._lock = Lock()
        self._closed = False
        try:
            self._client.get_subscription(subscription=name, timeout=30)
        except (NotFound, InvalidArgument) as error:
            raise ConfigError(f"--subscription {name}: {error.message}") from error
        except GoogleAPICallError as error:
            raise StoreError(f"--subscription {name}: {error}", retryable=True) from error

    def start(self, take: Take) -> None:
        flow = FlowControl(
            max_messages=self._flow.messages,
            max_bytes=self._flow.bytes,
            max_lease_duration=self._flow.lease,
        )
        self._pull = self._client.subscribe(
            self.name,
            callback=lambda received: self._received(received, take),
            flow_control=flow,
            await_callbacks_on_shutdown=False,
        )

    def _received(self, received: Received, take: Take) -> None:
        message = Message(
            self.name,
            received.message_id,
            to_ms(received.publish_time),
            received.data,
            dict(received.attributes),
        )
        source = source_of(message)
        if source is None:
            received.ack()
            return
        arrival = Arrival(
            by=self.name,
            id=message.path,
            partner=_partner(source),
            source=source,
            size=max(source.size, len(message.data)),
            held=received,
        )
        if self._closed or not take(arrival):
            _put_off(received, _PUT_OFF)

    def done(self, arrivals: Sequence[Arrival]) -> None:
        for arrival in arrivals:
            arrival.held.ack()

    def again(self, arrivals: Sequence[Arrival], seconds: float) -> None:
        for arrival in arrivals:
            _put_off(arrival.held, round(seconds))

    def failure(self) -> BaseException | None:
        if self._pull is None or not self._pull.done() or self._pull.cancelled():
            return None
        error = self._pull.exception()
        return StoreError(f"{self.name} cannot be pulled any more: {error}", retryable=True)

    def close(self) -> None:
        """Acknowledgements that were given are sent before it returns."""
        self._closed = True
        if self._pull is not None:
            self._pull.cancel()
            with suppress(Exception):  # why it ended is of no interest any more
                self._pull.result(timeout=30)
        self._client.close()


def _put_off(received: Received, seconds: int) -> None:
    """Comes again then: the deadline is what is left of it, and nobody extends it."""
    received.modify_ack_deadline(seconds)
    received.drop()


def _partner(source: Source) -> str:
    """Whose turn it takes: as declared, else named by bucket and first folder."""
    if source.partner:
        return source.partner
    if source.path.startswith(BUCKETS):
        return "/".join(source.path.removeprefix(BUCKETS).split("/")[:2])
    return ""


class Topic:
    """A topic `projects/P/topics/T` that is told changes, as JSON.

    The attributes say `serial`, `title` and `change`. A serial that comes twice is the same change.
    """

    def __init__(self, name: str) -> None:
        """Raises ConfigError when there is no such topic."""
        self.name = name
        self._client = PublisherClient()
        try:
            self._client.get_topic(topic=name, timeout=30)
        except (NotFound, InvalidArgument) as error:
            raise ConfigError(f"topic {name}: {error.message}") from error

    def tell(self, told: Sequence[Change]) -> None:
        """Raises StoreError when some may not have been published."""
        sent: list[Future[str]] = [
            self._client.publish(
                self.name,
                msgspec.json.encode(change),
                serial=str(change.serial),
                title=change.title,
                change=change.change,
            )
            for change in told
        ]
        try:
            for one in sent:
                one.result(_TOLD_WITHIN)
        except (GoogleAPICallError, TimeoutError) as error:
            raise StoreError(f"changes were not published to {self.name}: {error}") from error
