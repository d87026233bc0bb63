"""Outbox → broker: one active relay a database, in each aggregate's order, confirmed before it is forgotten."""

import socket
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import structlog
from amqp.basic_message import Message as AmqpMessage
from kombu.connection import Connection as Broker
from psycopg import Connection
from psycopg.rows import DictRow

from chassis.clock import monotonic
from chassis.envelope import to_wire
from chassis.journal import envelope_of
from chassis.loops import Loop
from chassis.topology import exchange_of

log = structlog.get_logger(__name__)

BATCH = 256
CONFIRM_S = 5.0
HEARTBEAT_S = 10
LOCK = 0x72656C61  # advisory lock of the relay, one a database
ATTEMPTS = 30
LONGEST_DELAY_S = 30.0


class BrokerLost(Exception):
    """The broker did not confirm in time or went away; nothing is forgotten."""


@dataclass(slots=True)
class _Round:
    """Publishes in flight: tag → position; what came back, and why."""

    waiting: dict[int, int] = field(default_factory=dict)
    confirmed: list[int] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)


class Publisher:
    """One connection with many confirms in flight. After any error it is thrown away, never closed politely."""

    def __init__(self, url: str, service: str) -> None:
        self._url, self._service = url, service
        self._broker: Broker | None = None
        self._channel: Any = None
        self._tag = 0
        self._round = _Round()

    @property
    def is_connected(self) -> bool:
        return self._broker is not None

    def publish(self, rows: Sequence[DictRow]) -> tuple[list[int], dict[int, str]]:
        """Publishes and waits for every answer; returns confirmed positions and refused ones with the reason."""
        try:
            self._connect()
            self._round = _Round()
            for row in rows:
                self._send(row)
            deadline = monotonic() + CONFIRM_S
            while self._round.waiting:
                self._drain(deadline)
        except Exception as lost:
            self.drop()
            raise BrokerLost(repr(lost)) from lost
        return self._round.confirmed, self._round.refused

    def beat(self) -> None:
        """Keeps the idle connection alive, and the exchange there for consumers to bind to; raises BrokerLost."""
        try:
            broker = self._connect()
            broker.heartbeat_check()
            broker.drain_events(timeout=0.001)
        except TimeoutError:
            return
        except Exception as lost:
            self.drop()
            raise BrokerLost(repr(lost)) from lost

    def drop(self) -> None:
        broker, self._broker, self._channel = self._broker, None, None
        if broker is not None:
            broker.collect(socket_timeout=0.5)

    def _connect(self) -> Broker:
        if self._broker is not None:
            return self._broker
        options = {"read_timeout": CONFIRM_S, "write_timeout": CONFIRM_S}
        self._broker = Broker(self._url, connect_timeout=3, heartbeat=HEARTBEAT_S, transport_options=options)
        self._broker.connect()
        self._channel, self._tag = self._broker.channel(), 0
        exchange_of(self._service, ours=True)(self._channel).declare()
        self._channel.confirm_select()
        self._channel.events["basic_ack"].add(self._on_ack)
        self._channel.events["basic_nack"].add(self._on_nack)
        self._channel.events["basic_return"].add(self._on_return)
        return self._broker

    def _send(self, row: DictRow) -> None:
        wire = to_wire(envelope_of(row, self._service), bytes(row["data"]))
        message = AmqpMessage(
            wire.body,
            content_type=wire.content_type,
            content_encoding="binary",
            application_headers=dict(wire.headers),
            delivery_mode=2,
            message_id=str(row["outbox_position"]),
        )
        self._tag += 1
        self._round.waiting[self._tag] = row["outbox_position"]
        self._channel._basic_publish(
            message, exchange=f"{self._service}.events", routing_key=row["type"], mandatory=True
        )

    def _drain(self, deadline: float) -> None:
        left = deadline - monotonic()
        if left <= 0:
            raise BrokerLost("no confirm in time")
        assert self._broker is not None
        try:
            self._broker.drain_events(timeout=left)
        except (TimeoutError, socket.timeout) as late:
            raise BrokerLost("no confirm in time") from late

    def _answered(self, tag: int, multiple: bool) -> list[int]:
        tags = [waiting for waiting in self._round.waiting if waiting <= tag] if multiple else [tag]
        return [self._round.waiting.pop(each) for each in tags if each in self._round.waiting]

    def _on_ack(self, tag: int, multiple: bool) -> None:
        positions = self._answered(tag, multiple)
        self._round.confirmed.extend(p for p in positions if p not in self._round.refused)

    def _on_nack(self, tag: int, multiple: bool) -> None:
        for position in self._answered(tag, multiple):
            self._round.refused[position] = "NACKED"

    def _on_return(self, error: Exception, exchange: str, routing_key: str, message: AmqpMessage) -> None:
        self._round.refused[int(message.properties["message_id"])] = "UNROUTABLE"


class Relay:
    """The active relay of one database; others wait for its lock."""

    def __init__(self, database_url: str, broker_url: str, service: str) -> None:
        self._service = service
        self._publisher = Publisher(broker_url, service)
        self._holds_lock_of: Connection[DictRow] | None = None
        self.loop = Loop(database_url, name=f"{service}.relay", channel="outbox", tick=self.tick)

    def tick(self, connection: Connection[DictRow]) -> int:
        """Sends a batch; returns how many rows left the outbox."""
        if not self._is_active(connection):
            return 0
        rows = self._due(connection)
        try:
            if not rows:
                self._publisher.beat()
                return 0
            return sum(self._send(connection, chunk) for chunk in _rounds(rows))
        except BrokerLost as lost:
            log.warning("broker.lost", service=self._service, reason=str(lost)[:200])
            return 0

    def _is_active(self, connection: Connection[DictRow]) -> bool:
        """Waits for the session lock on the claiming connection itself: no lock, no claim."""
        if self._holds_lock_of is not connection:
            row = connection.execute("SELECT pg_try_advisory_lock(%s) AS mine", [LOCK]).fetchone()
            self._holds_lock_of = connection if row and row["mine"] else None
        return self._holds_lock_of is connection

    def _due(self, connection: Connection[DictRow]) -> list[DictRow]:
        """The oldest rows; an aggregate whose head is parked or not due yet is left alone."""
        return connection.execute(
            """SELECT o.position AS outbox_position, o.attempts, e.* FROM outbox o
               JOIN events e ON e.id = o.event_id AND e.time = o.event_time
               WHERE o.aggregate NOT IN (SELECT aggregate FROM outbox
                                         WHERE parked_at IS NOT NULL OR next_at > app_now())
               ORDER BY o.position LIMIT %s""",
            [BATCH],
        ).fetchall()

    def _send(self, connection: Connection[DictRow], rows: Sequence[DictRow]) -> int:
        confirmed, refused = self._publisher.publish(rows)
        if confirmed:
            connection.execute("DELETE FROM outbox WHERE position = ANY(%s)", [confirmed])
        for row in rows:
            if row["outbox_position"] in refused:
                self._postpone(connection, row, refused[row["outbox_position"]])
        if refused:
            raise BrokerLost("some were refused: later ones of their aggregates wait")
        return len(confirmed)

    def _postpone(self, connection: Connection[DictRow], row: DictRow, reason: str) -> None:
        attempts = row["attempts"] + 1
        parked = attempts >= ATTEMPTS
        log.warning("event.parked" if parked else "event.refused", type=row["type"], reason=reason, attempt=attempts)
        connection.execute(
            """UPDATE outbox SET attempts = %s, error = %s, next_at = app_now() + %s * interval '1 second',
                   parked_at = CASE WHEN %s THEN app_now() END WHERE position = %s""",
            [attempts, reason, min(0.1 * 2**attempts, LONGEST_DELAY_S), parked, row["outbox_position"]],
        )


def _rounds(rows: Sequence[DictRow]) -> list[list[DictRow]]:
    """An aggregate has at most one event in flight: its second goes in the second round, and so on."""
    rounds: list[list[DictRow]] = []
    turn: dict[str, int] = {}
    for row in rows:
        index = turn.get(row["aggregate"], 0)
        turn[row["aggregate"]] = index + 1
        if index == len(rounds):
            rounds.append([])
        rounds[index].append(row)
    return rounds
