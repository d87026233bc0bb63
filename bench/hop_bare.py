"""The same hop with kombu and psycopg alone: same queue, same SQL, batches of 16 whose facts are appended together, one
acknowledgement a message."""

import os
from collections import deque
from typing import Any
from uuid import UUID, uuid4

import psycopg
from kombu.connection import Connection as Broker
from kombu.entity import Queue
from kombu.message import Message as Received
from kombu.messaging import Consumer

from bench.facts import QUEUE
from eldercare.device.v1.events_pb2 import AlarmRaised
from eldercare.order.v1.events_pb2 import ResponsibilityMoved

BATCH = 16
PREFETCH = 64
_CLAIM = """INSERT INTO inbox (consumer, event_id, event_time)
            SELECT 'order', id, uuid7_time(id) FROM unnest(%s::uuid[]) AS id ORDER BY id
            ON CONFLICT DO NOTHING RETURNING event_id"""
_APPEND = """SELECT append_events(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
                                   %s::text[], %s::text[], %s::text[], %s::bytea[], %s::boolean[])"""


def main() -> None:
    waiting: deque[Received] = deque()
    database = psycopg.connect(os.environ["ELDERCARE_ORDER_DATABASE_URL"], autocommit=True)
    with Broker(os.environ["ELDERCARE_ORDER_AMQP_URL"], heartbeat=10) as broker:
        queue = Queue(QUEUE, no_declare=True)
        consumer = Consumer(broker.default_channel, [queue], on_message=waiting.append, auto_declare=False)
        consumer.qos(prefetch_count=PREFETCH)
        consumer.consume()
        while True:
            broker.drain_events()
            _take_more(broker, waiting)
            batch = [waiting.popleft() for _ in range(min(BATCH, len(waiting)))]
            _handle(database, batch)
            for message in batch:
                message.ack()


def _take_more(broker: Broker, waiting: deque[Received]) -> None:
    """What has arrived already."""
    while len(waiting) < BATCH:
        try:
            broker.drain_events(timeout=0.001)
        except TimeoutError:
            return


def _handle(database: psycopg.Connection[Any], batch: list[Received]) -> None:
    with database.transaction():
        events = {UUID(message.headers["ce-id"]): message for message in batch}
        claimed = database.execute(_CLAIM, [list(events)]).fetchall()
        facts = [_take(database, event_id, events[event_id]) for (event_id,) in claimed]
        if facts:
            database.execute(_APPEND, [list(column) for column in zip(*facts, strict=True)])


def _take(database: psycopg.Connection[Any], event_id: UUID, message: Received) -> tuple[object, ...]:
    """The fact it tells, a value a column."""
    event = AlarmRaised.FromString(bytes(message.body))
    row = database.execute("SELECT seen FROM bench_subjects WHERE name = %s FOR UPDATE", [event.device]).fetchone()
    seen = row[0] + 1 if row else 1
    database.execute("UPDATE bench_subjects SET seen = %s WHERE name = %s", [seen, event.device])
    fact = ResponsibilityMoved(incident=event.device, reason=str(seen))
    story = [message.headers["ce-correlation"], str(event_id), "services/bench", event.region, "", "", ""]
    return (uuid4(), fact.DESCRIPTOR.full_name, event.device, *story, fact.SerializeToString(), True)


if __name__ == "__main__":
    main()
