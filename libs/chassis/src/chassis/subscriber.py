"""Consuming facts once: a batch in one transaction, a claim an event, failures set aside, never acked away."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

import structlog
from google.protobuf.message import DecodeError, Message
from psycopg import Connection
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from chassis.database import is_collision, is_lost
from chassis.envelope import BrokenEnvelope, Envelope, from_wire
from chassis.metrics import REDONE, SET_ASIDE, Tally
from chassis.record import Record
from chassis.trace import span
from chassis.work import Work

log = structlog.get_logger(__name__)

Handler = Callable[[Work, Any], object]
Handlers = Mapping[type[Message], Handler]


class UnknownType(Exception):
    """No handler here knows this type of event; a newer release may."""


class NotAgain(Exception):
    """A failure that another try could only repeat: the event is parked at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A message as the broker gave it; `key` is what it was routed by, where that is known."""

    headers: Mapping[str, Any]
    content_type: str | None
    body: bytes
    key: str = ""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A delivery that could be read."""

    envelope: Envelope
    delivery: Delivery


@dataclass(slots=True)
class Batch:
    """What one transaction is about to do."""

    events: list[Arrived] = field(default_factory=list)
    broken: list[tuple[Delivery, str]] = field(default_factory=list)


class Subscriber:
    """Runs handlers for one consuming service. Knows neither broker nor runtime."""

    def __init__(self, consumer: str, handlers: Handlers) -> None:
        self.consumer = consumer
        self.handlers = {message.DESCRIPTOR.full_name: (message, run) for message, run in handlers.items()}
        self._tally = Tally(consumer, self.handlers)

    def process(self, connection: Connection[DictRow], deliveries: Sequence[Delivery]) -> set[str]:
        """Handles a batch and commits; returns the bells to ring. Raises only what makes the database unusable."""
        batch, careful = _read(deliveries), False
        while True:
            try:
                rings = self._attempt(connection, batch, careful=careful)
            except Exception as failure:
                if is_lost(connection):
                    raise
                if is_collision(failure):
                    log.info("batch.redone", consumer=self.consumer)
                    REDONE.labels(self.consumer).inc()
                elif careful:
                    raise
                else:
                    careful = True  # once more, event by event, to find which one it is
            else:
                self._tally.add([(each.envelope.type, each.envelope.time) for each in batch.events])
                return rings

    def _attempt(self, connection: Connection[DictRow], batch: Batch, *, careful: bool) -> set[str]:
        with connection.transaction():
            rings, record = set[str](), Record()
            for delivery, reason in batch.broken:
                self._park_broken(connection, delivery, reason)
            fresh, now = self._claim(connection, batch.events)
            waiting = self._waiting(connection, fresh)
            for arrived in fresh:
                aggregate = arrived.envelope.aggregate
                if aggregate in waiting:
                    self._set_aside(connection, arrived, "WAITS", "an earlier event of this aggregate is set aside")
                elif careful:
                    if not self._guarded(connection, arrived, rings):
                        waiting.add(aggregate)
                else:
                    rings |= self.run(connection, arrived, record, now)
            record.write(connection)
        return rings

    def _guarded(self, connection: Connection[DictRow], arrived: Arrived, rings: set[str]) -> bool:
        try:
            with connection.transaction():
                rings |= self.run(connection, arrived)
        except Exception as failure:
            if is_lost(connection) or is_collision(failure):
                raise
            reason, again = type(failure).__name__, not isinstance(failure, NotAgain)
            said = "event.set_aside" if again else "event.parked"
            log.warning(said, event_id=str(arrived.envelope.id), type=arrived.envelope.type, reason=reason)
            self._set_aside(connection, arrived, reason, repr(failure), again=again)
            SET_ASIDE.labels(self.consumer, reason).inc()
            return False
        return True

    def run(
        self,
        connection: Connection[DictRow],
        arrived: Arrived,
        record: Record | None = None,
        now: datetime | None = None,
    ) -> set[str]:
        """Runs the handler of one event in the transaction that is open; a batch writes its `record` together."""
        envelope = arrived.envelope
        known = self.handlers.get(envelope.type)
        if known is None:
            raise UnknownType(envelope.type)
        message, handle = known[0](), known[1]
        try:
            message.ParseFromString(arrived.delivery.body)
        except DecodeError as broken:
            raise BrokenEnvelope(str(broken)) from broken
        caused = replace(envelope.context, causation=str(envelope.id))
        work = Work(connection, caused, event=envelope, record=record, now=now)
        with span(f"handle {envelope.type}", envelope.context.traceparent), work:
            structlog.contextvars.bind_contextvars(correlation=envelope.correlation, event_id=str(envelope.id))
            handle(work, message)
        return work.rings

    def _claim(
        self, connection: Connection[DictRow], events: Sequence[Arrived]
    ) -> tuple[list[Arrived], datetime | None]:
        """The events nobody has done yet, in the order they came; and the time of the transaction, if there are any."""
        if not events:
            return [], None
        ids = [arrived.envelope.id for arrived in events]
        rows = connection.execute(
            """INSERT INTO inbox (consumer, event_id, event_time)
               SELECT %s, id, uuid7_time(id) FROM unnest(%s::uuid[]) AS id ORDER BY id
               ON CONFLICT DO NOTHING RETURNING event_id, app_now() AS now""",
            [self.consumer, ids],
        ).fetchall()
        claimed: set[UUID] = {row["event_id"] for row in rows}
        fresh = []
        for arrived in events:
            if arrived.envelope.id in claimed:
                claimed.discard(arrived.envelope.id)
                fresh.append(arrived)
        return fresh, rows[0]["now"] if rows else None

    def _waiting(self, connection: Connection[DictRow], events: Sequence[Arrived]) -> set[str]:
        if not events:
            return set()
        rows = connection.execute(
            "SELECT DISTINCT aggregate FROM set_aside WHERE consumer = %s AND aggregate = ANY(%s)",
            [self.consumer, [arrived.envelope.aggregate for arrived in events]],
        ).fetchall()
        return {row["aggregate"] for row in rows}

    def _set_aside(
        self, connection: Connection[DictRow], arrived: Arrived, reason: str, error: str, *, again: bool = True
    ) -> None:
        envelope, delivery = arrived.envelope, arrived.delivery
        connection.execute(
            """INSERT INTO set_aside (consumer, event_id, type, aggregate, headers, body, reason, error, attempts,
                                      first_at, last_at, next_at, parked_at)
               VALUES (%s, %s, %s, %s, %s, %s, %s, %s, 1, app_now(), app_now(), app_now() + interval '1 second',
                       CASE WHEN NOT %s THEN app_now() END)
               ON CONFLICT (consumer, event_id) DO NOTHING""",
            [
                self.consumer,
                envelope.id,
                envelope.type,
                envelope.aggregate,
                _headers(delivery),
                delivery.body,
                reason,
                _text(error)[:2000],
                again,
            ],
        )

    def _park_broken(self, connection: Connection[DictRow], delivery: Delivery, reason: str) -> None:
        """Nothing can be retried about bytes that cannot be read: keep them, page someone."""
        said = repr((delivery.content_type, sorted(delivery.headers.items())))
        digest = sha256(said.encode() + delivery.body).digest()
        connection.execute(
            """INSERT INTO set_aside (consumer, event_id, type, aggregate, headers, body, reason, error, attempts,
                                      first_at, last_at, parked_at)
               VALUES (%s, %s, %s, %s, %s, %s, 'UNREADABLE', %s, 1, app_now(), app_now(), app_now())
               ON CONFLICT (consumer, event_id) DO NOTHING""",
            [
                self.consumer,
                UUID(bytes=digest[:16]),
                _text(str(delivery.headers.get("ce-type", ""))),
                f"unreadable/{digest.hex()[:16]}",
                _headers(delivery),
                delivery.body,
                _text(reason)[:2000],
            ],
        )
        log.warning("event.parked", consumer=self.consumer, reason="UNREADABLE")
        SET_ASIDE.labels(self.consumer, "UNREADABLE").inc()


def _headers(delivery: Delivery) -> Jsonb:
    """Headers as text: a broker carries what JSON does not know."""
    kept = {_text(key): _text(str(value)) for key, value in delivery.headers.items()}
    content_type = None if delivery.content_type is None else _text(delivery.content_type)
    return Jsonb(kept | {"content_type": content_type})


def _text(value: str) -> str:
    """What PostgreSQL can store of a text."""
    return value.encode("utf-8", "replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


def _read(deliveries: Sequence[Delivery]) -> Batch:
    batch = Batch()
    for delivery in deliveries:
        try:
            envelope = from_wire(delivery.headers, delivery.content_type, delivery.body, key=delivery.key)
        except BrokenEnvelope as broken:
            batch.broken.append((delivery, str(broken)))
        else:
            batch.events.append(Arrived(envelope, delivery))
    return batch
