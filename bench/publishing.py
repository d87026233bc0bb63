"""From the outbox to the broker: many confirms in flight, and one by one."""

from bench.facts import alarms, empty_journal, purge
from bench.rounds import Rounds
from bench.row import Row
from bench.stage import Stage
from chassis.clock import monotonic
from chassis.database import connect
from chassis.publisher import Publisher
from chassis.relay import BATCH, Relay

_APPEND = """SELECT append_event(id, 'eldercare.device.v1.AlarmRaised', aggregate, '', '', 'services/bench',
                                 'regions/bench', '', '', '', data, true)
             FROM unnest(%s::uuid[], %s::text[], %s::bytea[]) AS e (id, aggregate, data)"""
_AGAIN = """INSERT INTO outbox (event_id, event_time, aggregate)
            SELECT id, time, aggregate FROM events ORDER BY position"""


def measure(stage: Stage, rounds: Rounds) -> list[Row]:
    """Order's queue is bound already: nothing is unroutable."""
    _fill_journal(stage, rounds.events)
    relay, many, single = rounds.medians(
        lambda: _relay(stage, rounds.events),
        lambda: _publish(stage, rounds.events, BATCH),
        lambda: _publish(stage, rounds.singles, 1),
    )
    return [
        Row(name="relay_throughput", value=relay, unit="1/s", floor=many, beside="its publisher without the database"),
        Row(name="publish_throughput", value=many, unit="1/s", floor=single, beside="the same, a confirm at a time"),
    ]


def _fill_journal(stage: Stage, number: int) -> None:
    empty_journal(stage, "device")
    rows = alarms(number)
    columns = [[row[name] for row in rows] for name in ("id", "aggregate", "data")]
    with stage.owner("device") as connection:
        connection.execute(_APPEND, columns)


def _relay(stage: Stage, number: int) -> float:
    """Reads the outbox, publishes in each aggregate's order, deletes what was confirmed."""
    purge(stage)
    with stage.owner("device") as owner:
        owner.execute("TRUNCATE outbox")
        owner.execute(_AGAIN)
    url = stage.databases["device"].app
    relay = Relay(url, stage.brokers["device"], "device")
    with connect(url, name="device.relay") as connection:
        began, sent = monotonic(), 0
        while sent < number:
            sent += relay.tick(connection)
        return number / (monotonic() - began)


def _publish(stage: Stage, number: int, batch: int) -> float:
    purge(stage)
    publisher = Publisher(stage.brokers["device"], "device")
    publisher.beat()
    rows = alarms(number)
    began = monotonic()
    for start in range(0, number, batch):
        publisher.publish(rows[start : start + batch])
    rate = number / (monotonic() - began)
    publisher.drop()
    return rate
