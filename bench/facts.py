"""Made-up facts of device, and the rows they change at order."""

from datetime import UTC
from typing import Any
from uuid import uuid5

from kombu.connection import Connection as Broker

from bench.stage import Stage
from chassis.clock import wall_now
from chassis.ids import uuid7
from chassis.topology import topology_of
from eldercare.device.v1.events_pb2 import AlarmRaised

SUBJECTS = 1_000
QUEUE = "order.urgent.0"
_TABLE = """CREATE TABLE IF NOT EXISTS bench_subjects (name text PRIMARY KEY, seen bigint NOT NULL DEFAULT 0)"""


def subject(number: int) -> str:
    """One of the rows that handlers read and change."""
    return f"incidents/{uuid5(_SPACE, str(number % SUBJECTS))}"


def alarms(number: int) -> list[dict[str, Any]]:
    """As the relay reads them from journal and outbox."""
    return [_row(position) for position in range(number)]


def prepare_order(stage: Stage) -> None:
    with stage.owner("order") as connection:
        connection.execute(_TABLE)
        names = [subject(number) for number in range(SUBJECTS)]
        connection.execute(
            "INSERT INTO bench_subjects (name) SELECT unnest(%s::text[]) ON CONFLICT DO NOTHING", [names]
        )


def declare_queues(stage: Stage) -> None:
    """As order's events process does; device's exchange is there already."""
    topology = topology_of("order", [AlarmRaised])
    with Broker(stage.brokers["order"]) as broker:
        topology.declare(broker.default_channel)


def purge(stage: Stage) -> None:
    with Broker(stage.brokers["order"]) as broker:
        broker.default_channel.queue_purge(QUEUE)


def empty_journal(stage: Stage, service: str) -> None:
    with stage.owner(service) as connection:
        connection.execute("TRUNCATE inbox, outbox, events, streams")


_SPACE = uuid7()


def _row(position: int) -> dict[str, Any]:
    alarm = f"alarms/{uuid7()}"
    fact = AlarmRaised(alarm=alarm, device=subject(position), kind="sos_press", region="regions/bench")
    return {
        "outbox_position": position + 1,
        "id": uuid7(),
        "type": AlarmRaised.DESCRIPTOR.full_name,
        "aggregate": alarm,
        "sequence": 1,
        "time": wall_now().astimezone(UTC),
        "correlation": str(uuid7()),
        "causation": "",
        "actor": "services/bench",
        "region": "regions/bench",
        "person": "",
        "rule": "",
        "traceparent": "",
        "data": fact.SerializeToString(),
    }
