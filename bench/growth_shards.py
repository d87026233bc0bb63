"""One event hop through any number of shards, an events process each."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from bench.facts import alarms, empty_journal, prepare_order
from bench.hop import SERVE, watched
from bench.stage import Stage
from chassis.publisher import Publisher
from suite.processes import Process
from suite.servers.ports import free_port


def milliseconds_a_fact(stage: Stage, shards: int, number: int) -> float:
    """From full queues until all is handled; the facts are of as many aggregates."""
    prepare_order(stage)
    publisher = Publisher(stage.brokers["device"], "device")
    publisher.beat()
    empty_journal(stage, "order")
    with _consuming(stage, shards) as processes:
        for process in processes:
            process.freeze()
        publisher.publish(alarms(number))
        publisher.drop()
        for process in processes:
            process.thaw()
        return 1000 / watched(stage, number)


@contextmanager
def _consuming(stage: Stage, shards: int) -> Iterator[list[Process]]:
    processes = [_process(stage, shards, shard) for shard in range(shards)]
    try:
        for process in processes:
            process.start()
        for process in processes:
            process.wait_ready(timeout=60)
        yield processes
    finally:
        for process in processes:
            process.stop()


def _process(stage: Stage, shards: int, shard: int) -> Process:
    address = f"127.0.0.1:{free_port()}"
    return stage.process(
        f"shard-{shard}-of-{shards}",
        [sys.executable, "-c", SERVE],
        f"http://{address}/readyz",
        ELDERCARE_EVENTS_HEALTH_ADDRESS=address,
        ELDERCARE_ORDER_SHARDS=str(shards),
        ELDERCARE_ORDER_OWN_SHARDS=str(shard),
    )
