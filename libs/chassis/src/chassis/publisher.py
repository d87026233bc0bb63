"""Facts to the broker: many confirms in flight, every answer tracked by its own tag."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from amqp import exceptions
from amqp.basic_message import Message as AmqpMessage
from amqp.serialization import dumps
from kombu.connection import Connection as Broker
from psycopg.rows import DictRow

from chassis.clock import monotonic
from chassis.envelope import to_wire
from chassis.journal import envelope_of
from chassis.topology import exchange_of

CONFIRM_S = 5.0
CONNECT_S = 3.0
HEARTBEAT_S = 10
# What the broker closes a connection for because of one message; anything else is its own trouble.
_POISON = (
    exceptions.PreconditionFailed,
    exceptions.ContentTooLarge,
    exceptions.FrameError,
    exceptions.FrameSyntaxError,
    exceptions.UnexpectedFrame,
    exceptions.InternalError,
)


class BrokerLost(Exception):
    """The broker did not confirm in time or went away; nothing is forgotten."""

    def __init__(self, cause: Exception, *, poison: bool) -> None:
        super().__init__(type(cause).__name__)
        self.poison = poison


class NoConfirm(Exception):
    """The broker took the facts and said nothing for too long."""


@dataclass(slots=True)
class Answers:
    """Publishes in flight by tag, and what came back: outbox positions."""

    waiting: dict[int, int] = field(default_factory=dict)
    positions: dict[str, int] = field(default_factory=dict)
    confirmed: list[int] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)

    def take(self, tag: int, *, multiple: bool) -> list[int]:
        tags = [each for each in self.waiting if each <= tag] if multiple else [tag]
        return [self.waiting.pop(each) for each in tags if each in self.waiting]


class Publisher:
    """One connection. After any error it is thrown away, never closed politely: a hung broker would not answer."""

    def __init__(self, url: str, service: str, *, confirm_s: float = CONFIRM_S) -> None:
        self._url, self._service, self._confirm_s = url, service, confirm_s
        self._broker: Broker | None = None
        self._channel: Any = None
        self._tag = 0
        self._answers = Answers()

    def publish(self, rows: Sequence[DictRow]) -> Answers:
        """Publishes and waits for every answer; raises BrokerLost."""
        self._connect()
        self._answers = answers = Answers()
        try:
            for row in rows:
                self._send(row)
            deadline = monotonic() + self._confirm_s
            while answers.waiting:
                self._drain(deadline)
        except Exception as lost:
            self.drop()
            raise BrokerLost(lost, poison=isinstance(lost, _POISON)) from lost
        if "NACKED" in answers.refused.values():
            self.drop()  # a queue that was full goes on refusing who it refused, though its limit is gone
        return answers

    def beat(self) -> None:
        """Keeps the idle connection alive, and connects early: consumers wait for our exchange. Raises BrokerLost."""
        self._connect()
        try:
            assert self._broker is not None  # noqa: S101 - just connected
            self._broker.heartbeat_check()
            self._broker.drain_events(timeout=0.001)
        except TimeoutError:
            return
        except Exception as lost:
            self.drop()
            raise BrokerLost(lost, poison=False) from lost

    def drop(self) -> None:
        broker, self._broker, self._channel = self._broker, None, None
        if broker is not None:
            broker.collect(socket_timeout=0.5)

    def _connect(self) -> None:
        if self._broker is not None:
            return
        options = {"read_timeout": self._confirm_s, "write_timeout": self._confirm_s}
        self._broker = Broker(self._url, connect_timeout=CONNECT_S, heartbeat=HEARTBEAT_S, transport_options=options)
        try:
            self._broker.connect()
            self._channel, self._tag = self._broker.channel(), 0
            exchange_of(self._service, ours=True)(self._channel).declare()
            self._channel.confirm_select()
        except Exception as lost:
            self.drop()
            raise BrokerLost(lost, poison=False) from lost
        self._channel.events["basic_ack"].add(self._on_ack)
        self._channel.events["basic_nack"].add(self._on_nack)
        self._channel.events["basic_return"].add(self._on_return)

    def _send(self, row: DictRow) -> None:
        position, exchange, answers = row["outbox_position"], f"{self._service}.events", self._answers
        try:
            message = self._encode(row, exchange)
        except Exception as broken:  # nothing of it was written yet: its neighbours travel on
            answers.refused[position] = f"UNSENDABLE:{type(broken).__name__}"
            return
        self._tag += 1
        answers.waiting[self._tag] = answers.positions[str(row["id"])] = position
        self._channel.basic_publish(message, exchange=exchange, routing_key=row["type"], mandatory=True)

    def _encode(self, row: DictRow, exchange: str) -> AmqpMessage:
        wire = to_wire(envelope_of(row, self._service), bytes(row["data"]))
        headers = dict(wire.headers)
        dumps("Fss", (headers, exchange, row["type"]))  # what cannot be framed is refused here
        return AmqpMessage(
            wire.body,
            content_type=wire.content_type,
            content_encoding="binary",
            application_headers=headers,
            delivery_mode=2,
            message_id=str(row["id"]),
        )

    def _drain(self, deadline: float) -> None:
        left = deadline - monotonic()
        if left <= 0 or self._broker is None:
            raise NoConfirm
        try:
            self._broker.drain_events(timeout=left)
        except TimeoutError as late:
            raise NoConfirm from late

    def _on_ack(self, tag: int, multiple: bool) -> None:
        """A returned message is acknowledged as well: it was refused before."""
        positions = self._answers.take(tag, multiple=multiple)
        self._answers.confirmed.extend(each for each in positions if each not in self._answers.refused)

    def _on_nack(self, tag: int, multiple: bool) -> None:
        for position in self._answers.take(tag, multiple=multiple):
            self._answers.refused[position] = "NACKED"

    def _on_return(self, error: Exception, exchange: str, routing_key: str, message: AmqpMessage) -> None:
        self._answers.refused[self._answers.positions[message.properties["message_id"]]] = "UNROUTABLE"
