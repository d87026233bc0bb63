"""One event hop: a full queue is consumed to its end by one process, hosted as a service is, and by a bare one."""

import sys

from bench.facts import alarms, declare_queues, empty_journal, prepare_order, purge
from bench.rounds import Rounds
from bench.row import Row
from bench.stage import Stage
from chassis.clock import monotonic
from chassis.database import connect
from chassis.publisher import Publisher
from suite.servers.ports import free_port
from suite.waiting import until

SERVE = (
    "from chassis.serve_events import serve; from bench.hop_chassis import EVENTS; raise SystemExit(serve([EVENTS]))"
)
# The first events find a process that is still warming up.
WARM = 0.2


def measure(stage: Stage, rounds: Rounds) -> Row:
    prepare_order(stage)
    Publisher(stage.brokers["device"], "device").beat()
    declare_queues(stage)
    chassis, bare = rounds.medians(lambda: _chassis(stage, rounds.events), lambda: _bare(stage, rounds.events))
    return Row(
        name="hop_throughput",
        value=chassis,
        unit="1/s",
        floor=bare,
        beside="kombu and psycopg, same queue, same SQL, same batches",
    )


def _chassis(stage: Stage, number: int) -> float:
    return _drained(stage, number, [sys.executable, "-c", SERVE])


def _bare(stage: Stage, number: int) -> float:
    return _drained(stage, number, [sys.executable, "-m", "bench.hop_bare"])


def _drained(stage: Stage, number: int, argv: list[str]) -> float:
    """Events a second, once the process is warm."""
    empty_journal(stage, "order")
    purge(stage)
    publisher = Publisher(stage.brokers["device"], "device")
    publisher.publish(alarms(number))
    publisher.drop()
    process = stage.process("hop", argv, "", ELDERCARE_EVENTS_HEALTH_ADDRESS=f"127.0.0.1:{free_port()}")
    process.start()
    try:
        return watched(stage, number)
    finally:
        process.stop()


def watched(stage: Stage, number: int) -> float:
    """Events a second, once the process is warm."""
    with connect(stage.databases["order"].app, name="bench") as connection:

        def done() -> int:
            row = connection.execute("SELECT count(*) AS n FROM inbox").fetchone()
            return row["n"] if row else 0

        until(lambda: done() >= number * WARM, "a warm consumer", patience_s=60)
        began, before = monotonic(), done()
        until(lambda: done() >= number, "an empty queue", patience_s=120)
        return (number - before) / (monotonic() - began)
