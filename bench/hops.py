"""An alarm's way without the suite: three durable hops, bare and as stock nameko, at the alarms' own rate."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from uuid import uuid4

from kombu.connection import Connection as Broker

from bench import hops_bare, hops_nameko_names
from bench.hops_work import BROKER, DATABASE, HOPS, TABLES
from bench.stage import VHOST, Stage
from chassis.database import connect
from suite.processes import Process, ProcessDied
from suite.waiting import until

PATIENCE_S = 60.0
# Looking costs the machine that is measured.
LOOK_EVERY_S = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Peer:
    """A process a hop from the second to the end, and the queues between them."""

    name: str
    module: str
    queues: Sequence[str]


_HOPS = range(1, HOPS + 1)
BARE = Peer(name="bare", module="bench.hops_bare", queues=[hops_bare.queue_of(hop).name for hop in _HOPS])
NAMEKO = Peer(name="nameko", module="bench.hops_nameko", queues=[hops_nameko_names.queue_of(hop) for hop in _HOPS])


@contextmanager
def running(stage: Stage, peer: Peer) -> Iterator["Hops"]:
    """Its processes, each consuming."""
    with stage.owner("order") as connection:
        connection.execute(TABLES)
    processes = [
        stage.process(f"{peer.name}-hop-{hop}", _python(peer.module, str(hop)), "", **_environ(stage))
        for hop in range(2, HOPS + 2)
    ]
    try:
        for process in processes:
            process.start()
        with Broker(stage.broker_admin(VHOST)) as broker:
            until(lambda: all(_is_consumed(broker, name) for name in peer.queues), f"{peer.name} hops consume")
        yield Hops(stage, peer, processes)
    finally:
        for process in processes:
            process.stop(grace=2)


class Hops:
    """Running hops of one peer."""

    def __init__(self, stage: Stage, peer: Peer, processes: Sequence[Process]) -> None:
        self._stage, self._peer, self._processes = stage, peer, processes

    def latencies(self, *, number: int, rate: float) -> list[float]:
        """Milliseconds from before the first commit to the ear of the last consumer."""
        turn = str(uuid4())
        argv = _python("bench.hops_press", self._peer.name, turn, str(number), str(rate))
        presser = self._stage.process(f"{self._peer.name}-press", argv, "", **_environ(self._stage))
        presser.start()
        try:
            return self._heard(turn, number, presser, patience_s=number / rate + PATIENCE_S)
        finally:
            presser.stop(grace=2)

    def _heard(self, turn: str, number: int, presser: Process, *, patience_s: float) -> list[float]:
        sql = "SELECT extract(epoch FROM heard - sent)::float * 1000 AS ms FROM heard WHERE turn = %s"
        with connect(self._stage.databases["order"].app, name="bench") as connection:

            def all_heard() -> list[float] | None:
                for process in (*self._processes, presser):
                    if process.returncode:
                        raise ProcessDied(process.name, process.returncode, process.log_path)
                rows = connection.execute(sql, [turn]).fetchall()
                return [row["ms"] for row in rows] if len(rows) == number else None

            return until(all_heard, "every alarm through three hops", patience_s=patience_s, every_s=LOOK_EVERY_S)


def _environ(stage: Stage) -> dict[str, str]:
    return {DATABASE: stage.databases["order"].app, BROKER: stage.broker_admin(VHOST)}


def _python(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", module, *arguments]


def _is_consumed(broker: Broker, queue: str) -> bool:
    try:
        with broker.channel() as channel:
            return bool(channel.queue_declare(queue, passive=True).consumer_count)
    except broker.channel_errors:
        return False
