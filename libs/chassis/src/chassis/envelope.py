"""Facts on the wire: CloudEvents 1.0 in binary mode over AMQP, the body is protobuf bytes.

Source: CloudEvents 1.0.2 and its RabbitMQ binding.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

from cloudevents.core.bindings.rabbitmq import RabbitMQMessage, from_binary, to_binary
from cloudevents.core.v1.event import CloudEvent
from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message

from chassis.context import Context
from eldercare.event.v1.event_pb2 import Event, event

CONTENT_TYPE = "application/protobuf"
_EXTENSIONS = ("correlation", "causation", "actor", "region", "person", "traceparent", "rule")


class BrokenEnvelope(ValueError):
    """The message is not a CloudEvent of ours."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What a fact carries besides itself. `sequence` counts the aggregate's facts from 1; times are UTC."""

    id: UUID
    type: str
    source: str
    aggregate: str
    sequence: int
    time: datetime
    context: Context
    rule: str = ""

    @property
    def correlation(self) -> str:
        return self.context.correlation

    @property
    def region(self) -> str:
        return self.context.region

    @property
    def person(self) -> str:
        return self.context.person

    @property
    def actor(self) -> str:
        return self.context.actor


def event_rule(message: type[Message]) -> Event:
    """The event option of a message's contract; raises ValueError where there is none."""
    return _rule_of(message.DESCRIPTOR)


@cache
def _rule_of(message: Descriptor) -> Event:
    options = message.GetOptions()
    if not options.HasExtension(event):
        raise ValueError(f"{message.full_name} is not an event: it has no (eldercare.event.v1.event)")
    return options.Extensions[event]


class _Bytes:
    """Leaves the body alone: the handler knows its message."""

    def write_data(self, data: Any, datacontenttype: str | None) -> bytes:
        return bytes(data)

    def read_data(self, body: bytes, datacontenttype: str | None) -> bytes:
        return body

    def get_content_type(self) -> str:
        return CONTENT_TYPE

    def read(self, event_factory: Any, data: str | bytes) -> Any:
        raise BrokenEnvelope("structured mode is not spoken here")

    def write(self, event: Any) -> bytes:
        raise BrokenEnvelope("structured mode is not spoken here")


def to_wire(envelope: Envelope, body: bytes) -> RabbitMQMessage:
    """Headers and body of a fact."""
    context = envelope.context.as_json() | {"rule": envelope.rule}
    attributes: dict[str, Any] = {
        "id": str(envelope.id),
        "source": envelope.source,
        "type": envelope.type,
        "specversion": "1.0",
        "subject": envelope.aggregate,
        "time": envelope.time,
        "datacontenttype": CONTENT_TYPE,
        "sequence": str(envelope.sequence),
    }
    attributes |= {name: context[name] for name in _EXTENSIONS if context[name]}
    return to_binary(CloudEvent(attributes=attributes, data=body), _Bytes())


def from_wire(headers: Mapping[str, Any], content_type: str | None, body: bytes, *, key: str = "") -> Envelope:
    """The envelope of a message; raises BrokenEnvelope with the reason.

    The broker checks who may publish by the `key` it routes by; a type of the message's own choice would be anyone's.
    """
    if content_type != CONTENT_TYPE:
        raise BrokenEnvelope(f"content type {content_type!r} is not {CONTENT_TYPE}")
    message = RabbitMQMessage(headers={k: str(v) for k, v in headers.items()}, content_type=content_type, body=body)
    try:
        envelope = _envelope(from_binary(message, _Bytes(), CloudEvent).get_attributes())
    except Exception as broken:  # any bytes may come from a broker: whatever is wrong with them, they are kept
        raise BrokenEnvelope(str(broken) or type(broken).__name__) from broken
    if key not in ("", envelope.type):
        raise BrokenEnvelope(f"was routed as {key}")
    return envelope


def _envelope(attributes: Mapping[str, Any]) -> Envelope:
    if any("\0" in value for value in attributes.values() if isinstance(value, str)):
        raise BrokenEnvelope("an attribute holds a NUL character")
    return Envelope(
        id=UUID(attributes["id"]),
        type=attributes["type"],
        source=attributes["source"],
        aggregate=attributes["subject"],
        sequence=int(attributes["sequence"]),
        time=attributes["time"].astimezone(UTC),
        context=Context.from_json(attributes),
        rule=attributes.get("rule", ""),
    )
