"""Messages of a subscription: what each delivers.

Three kinds are known by what they carry:

- a notification that an object was written (`eventType` = `OBJECT_FINALIZE`): that object is read;
- an envelope, a JSON object with a `body` or a `reference`: one statement, or an object to read;
- anything else is the text of one statement in a known format; attributes may say `partner`,
  `format`, `event_time` and `delete`.

Source of the notification's form: cloud.google.com/storage/docs/pubsub-notifications.
"""

from typing import Any

import msgspec
from msgspec import Struct

from ummid.catalog import times
from ummid.catalog.keys import slug
from ummid.errors import FeedError

CODE = "bad-message"
BUCKETS = "gs://"
"""Where a message may send us to: never to files of this machine."""
_WRITTEN = "OBJECT_FINALIZE"
_LATEST = 253_402_300_799_999
"""The end of the year 9999, in epoch ms."""


class Message(Struct, frozen=True, array_like=True):
    """A message as it was delivered. `published` is epoch ms; `id` names it in a subscription."""

    subscription: str
    id: str
    published: int
    data: bytes
    attributes: dict[str, str] = {}

    @property
    def path(self) -> str:
        return f"pubsub:{self.subscription}/{self.id}"


class Statement(Struct, frozen=True, kw_only=True):
    """One statement as a text of its format. `stated` (epoch ms) is when its partner made it."""

    body: bytes
    partner: str | None = None
    format: str | None = None
    stated: int | None = None
    delete: bool = False


class Written(Struct, frozen=True, kw_only=True):
    """An object to read. `at` (epoch ms) is when it was written, as far as that is known."""

    path: str
    at: int
    size: int = 0
    partner: str | None = None
    format: str | None = None


class _Envelope(Struct, forbid_unknown_fields=True):
    """As `stream/envelope.avsc.json` has it: "" is none, Avro's JSON leaves out no field."""

    partner: str = ""
    format: str = ""
    body: msgspec.Raw = msgspec.Raw(b'""')
    reference: str = ""
    event_time: str | int = ""
    delete: bool = False


class _Object(Struct):
    timeCreated: str = ""
    size: str | int = 0


_decode_envelope = msgspec.json.Decoder(_Envelope).decode
_decode_object = msgspec.json.Decoder(_Object).decode


def read(message: Message) -> Statement | Written | None:
    """What a message delivers; None for a notification of anything but a written object.

    Raises FeedError `bad-message` for one that cannot be read.
    """
    event = message.attributes.get("eventType")
    if event is not None:
        return _notified(message) if event == _WRITTEN else None
    envelope = _envelope(message.data)
    if envelope is not None:
        return _enveloped(envelope, message)
    said = message.attributes
    return Statement(
        body=message.data,
        partner=slug(said.get("partner", "")) or None,
        format=said.get("format") or None,
        stated=_instant(said.get("event_time", "")),
        delete=_is_true(said.get("delete", "")),
    )


def _notified(message: Message) -> Written:
    bucket, name = (message.attributes.get(key, "") for key in ("bucketId", "objectId"))
    if not bucket or not name:
        raise FeedError(CODE, "a notification must say bucketId and objectId")
    try:
        found = _decode_object(message.data) if message.data else _Object()
        size = int(found.size)
    except (msgspec.DecodeError, ValueError) as error:
        raise FeedError(CODE, f"the notification's object cannot be read: {error}") from error
    created = _instant(found.timeCreated)
    at = message.published if created is None else created
    return Written(path=f"{BUCKETS}{bucket}/{name}", at=at, size=size)


def _envelope(data: bytes) -> _Envelope | None:
    """The envelope that the data are; None if they are none."""
    if not data.lstrip().startswith(b"{"):
        return None
    try:
        found: dict[str, Any] = msgspec.json.decode(data, type=dict[str, msgspec.Raw])
    except msgspec.DecodeError:
        return None
    if "body" not in found and "reference" not in found:
        return None
    try:
        return _decode_envelope(data)
    except msgspec.DecodeError as error:
        if found.keys() <= set(_Envelope.__struct_fields__):
            raise FeedError(CODE, f"the envelope cannot be read: {error}") from error
        return None  # a statement that happens to have a field of that name


def _enveloped(envelope: _Envelope, message: Message) -> Statement | Written:
    partner, format_name = slug(envelope.partner) or None, envelope.format or None
    stated, body = _instant(envelope.event_time), _body(envelope.body)
    if envelope.reference:
        if body or envelope.delete:
            raise FeedError(CODE, "an envelope with a reference has no body and deletes nothing")
        if not envelope.reference.startswith(BUCKETS):
            raise FeedError(CODE, f"a reference begins with {BUCKETS}, not {envelope.reference!r}")
        at = message.published if stated is None else stated
        return Written(path=envelope.reference, at=at, partner=partner, format=format_name)
    if not body:
        raise FeedError(CODE, "the envelope has neither a body nor a reference")
    return Statement(
        body=body, partner=partner, format=format_name, stated=stated, delete=envelope.delete
    )


def _body(raw: msgspec.Raw) -> bytes:
    """A text is given as a string, a JSON document also as itself."""
    data = bytes(raw)
    return msgspec.json.decode(data, type=str).encode() if data.startswith(b'"') else data


def _instant(said: str | int) -> int | None:
    """An ISO 8601 time, UTC if it names no zone, or epoch ms; None for ""."""
    if said == "":
        return None
    try:
        found = times.bound_from_ms(str(said)) if str(said).isdecimal() else times.bound(str(said))
    except FeedError as error:
        raise FeedError(CODE, f"event time {said!r} cannot be read: {error}") from error
    if found.instant is None or not 0 <= found.instant <= _LATEST:
        raise FeedError(CODE, f"event time {said!r} is no time since 1970")
    return found.instant


def _is_true(said: str) -> bool:
    if said.lower() in ("", "false", "0"):
        return False
    if said.lower() in ("true", "1"):
        return True
    raise FeedError(CODE, f"delete is true or false, not {said!r}")
