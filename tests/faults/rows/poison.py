"""What must never be on a queue or in an outbox: kept with its reason, and nobody beside it waits."""

import pickle
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import psycopg
from kombu.connection import Connection
from kombu.messaging import Producer
from psycopg.rows import DictRow, dict_row

from chassis.clock import pause, wall_now
from chassis.context import Context
from chassis.envelope import CONTENT_TYPE, Envelope, to_wire
from chassis.ids import uuid7
from eldercare.device.v1.events_pb2 import AlarmRaised
from eldercare.notify.v1.events_pb2 import MessageSent
from suite.commands.parked import drop
from suite.waiting import until
from tests.contract.test_topology import consumers
from tests.faults.play import under_load
from tests.faults.stage import Row, Stage, Unstaged

CONSUMERS = ("order", "notify")  # of AlarmRaised
TYPE = AlarmRaised.DESCRIPTOR.full_name


@dataclass(frozen=True, slots=True, kw_only=True)
class Poison:
    """One message nobody can handle, and why it is kept."""

    name: str
    reason: str
    body: bytes
    content_type: str = CONTENT_TYPE
    headers: Mapping[str, str] = field(default_factory=dict)


def poisons() -> Iterator[Poison]:
    good = AlarmRaised(alarm="alarms/poison", region="regions/demo-city").SerializeToString()
    pickled = "application/x-python-serialize"
    yield Poison(name="no bytes of ours", reason="UNREADABLE", body=b"\x00\xff" * 40, content_type="text/plain")
    yield Poison(name="pickle", reason="UNREADABLE", body=pickle.dumps({}), content_type=pickled)
    yield Poison(name="unknown content type", reason="UNREADABLE", body=good, content_type="application/unheard-of")
    yield Poison(name="no envelope", reason="UNREADABLE", body=good)
    yield Poison(name="wrong schema", reason="BrokenEnvelope", body=b"\xff" * 64, headers=_envelope(TYPE))
    yield Poison(name="10 MB", reason="BrokenEnvelope", body=b"\xff" * (10 << 20), headers=_envelope(TYPE))
    yield Poison(name="nested too deep", reason="BrokenEnvelope", body=b"\x0b" * 5_000, headers=_envelope(TYPE))
    stranger = _envelope(MessageSent.DESCRIPTOR.full_name)
    yield Poison(name="a type nobody here handles", reason="UNREADABLE", body=good, headers=stranger)
    yield Poison(name="unheard-of type", reason="UNREADABLE", body=good, headers=_envelope("eldercare.x.v1.Never"))
    wide = _envelope(TYPE) | {"x": "x" * 90_000}
    yield Poison(name="huge headers", reason="BrokenEnvelope", body=b"\xff", headers=wide)


def _envelope(type_name: str) -> dict[str, str]:
    envelope = Envelope(
        id=uuid7(),
        type=type_name,
        source="//eldercare/device",
        aggregate=f"alarms/{uuid7()}",
        sequence=1,
        time=wall_now(),
        context=Context(),
    )
    return {key: str(value) for key, value in to_wire(envelope, b"").headers.items()}


def poison_queues(stage: Stage) -> None:
    """The whole corpus while presses go on; it is kept with its reasons, then an operator gives it up."""
    corpus = [*poisons()]
    _publish(stage, corpus)
    pause(stage.scale.window_s)
    for consumer in CONSUMERS:
        until(partial(_keeps, stage, consumer, len(corpus)), f"{consumer} keeps all of it")
        kept = _rows(stage, consumer, KEPT)
        _give_up(stage, [f"{consumer}/in/{row['id']}" for row in kept])
        assert sorted(row["reason"] for row in kept) == sorted(poison.reason for poison in corpus)


KEPT = "SELECT id, reason FROM set_aside ORDER BY id"


def _keeps(stage: Stage, consumer: str, count: int) -> bool:
    return len(_rows(stage, consumer, KEPT)) >= count


def _publish(stage: Stage, corpus: Sequence[Poison]) -> None:
    """As device, whose exchange takes nothing from anybody else."""
    with Connection(stage.box.environ["ELDERCARE_DEVICE_AMQP_URL"]) as broker:
        producer = Producer(broker.channel())
        for poison in corpus:
            producer.publish(
                poison.body,
                exchange="device.events",
                routing_key=TYPE,
                headers=dict(poison.headers),
                content_type=poison.content_type,
                content_encoding="binary",
                delivery_mode=2,
            )


BLOCKED = """SELECT position, attempts FROM outbox WHERE aggregate LIKE 'alarms/poison%%' ORDER BY position"""


def poison_outbox(stage: Stage) -> None:
    """What no queue takes and what no frame can carry: each holds back its own aggregate and nobody else's."""
    for aggregate, type_name, causation in (
        ("alarms/poison-unroutable", "eldercare.device.v1.Never", ""),
        ("alarms/poison-unroutable", TYPE, ""),
        ("alarms/poison-too-wide", TYPE, "x" * 200_000),
        ("alarms/poison-too-wide", TYPE, ""),
    ):
        _append(stage, aggregate, type_name, causation)
    pause(stage.scale.window_s)
    rows = _rows(stage, "device", BLOCKED)
    assert [row["attempts"] > 0 for row in rows] == [True, False, True, False]
    _give_up(stage, [f"device/out/{row['position']}" for row in reversed(rows)])  # what waits must not go out


def _append(stage: Stage, aggregate: str, type_name: str, causation: str) -> None:
    body = AlarmRaised(alarm=aggregate).SerializeToString()
    values = [uuid7(), type_name, aggregate, "", causation, "", "", "", "", "", body, True]
    _rows(stage, "device", f"SELECT append_event({', '.join(['%s'] * len(values))})", values)


def replay_everything(stage: Stage) -> None:
    """Every fact that ever left the house leaves it again, twice, under its own id."""
    told = sorted({each.DESCRIPTOR.full_name for consumer in consumers() for each in consumer.handlers})
    sql = """INSERT INTO outbox (event_id, event_time, aggregate)
             SELECT id, time, aggregate FROM events WHERE type = ANY(%s) ORDER BY position RETURNING position"""
    for _ in range(2):
        for service in stage.box.databases:
            _rows(stage, service, sql, [told])
        until(partial(_all_out, stage), "all are out", patience_s=OUT_S)


OUT_S = 300.0
BACKLOG = "SELECT position FROM outbox WHERE event_time < app_now() - interval '5 seconds' LIMIT 1"


def _all_out(stage: Stage) -> bool:
    return not any(_rows(stage, service, BACKLOG) for service in stage.box.databases)


def _rows(stage: Stage, service: str, sql: str, values: Sequence[object] = ()) -> list[DictRow]:
    """As the service itself, or whoever operates it."""
    with psycopg.connect(stage.box.databases[service].app, autocommit=True, row_factory=dict_row) as connection:
        return connection.execute(sql.encode(), values).fetchall()


def _give_up(stage: Stage, items: Sequence[str]) -> None:
    for item in items:
        drop(stage.box.place.run_dir, item, "poison of a test")


ROWS = (
    Row(number=13, what="poison on the queues", play=under_load(poison_queues), small=True),
    Row(number=14, what="poison in the outbox", play=under_load(poison_outbox)),
    Row(number=36, what="everything told again, twice", play=under_load(replay_everything)),
)
UNSTAGED: tuple[Unstaged, ...] = ()
