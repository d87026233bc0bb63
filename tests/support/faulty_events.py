"""`python -m tests.support.faulty_events dies order notify`: consumers whom an alarm and an incident do no good.

Order never gets through an alarm and notify never through an incident: the process dies, hangs or fails each time.
"""

import os
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from importlib.metadata import entry_points

from chassis.serve_events import serve  # patches before anything else is loaded

# isort: split
import eventlet

from chassis.consumer import Consumer
from chassis.work import Work
from eldercare.device.v1.events_pb2 import AlarmRaised
from eldercare.order.v1.events_pb2 import IncidentOpened

UNDIGESTED = {"order": AlarmRaised, "notify": IncidentOpened}


def dies(work: Work, message: object) -> None:
    os._exit(70)


def hangs(work: Work, message: object) -> None:
    """Alive, heartbeats and all; only nothing ever comes of it."""
    eventlet.sleep(3600)


def fails(work: Work, message: object) -> None:
    raise ValueError("a made-up fault")


FAULTS: dict[str, Callable[[Work, object], None]] = {each.__name__: each for each in (dies, hangs, fails)}


def main(fault: str, services: Sequence[str]) -> int:
    found = [next(iter(entry_points(group="eldercare.events", name=name))).load() for name in services]
    return serve([_with(FAULTS[fault], consumer) for consumer in found])


def _with(fault: Callable[[Work, object], None], consumer: Consumer) -> Consumer:
    undigested = UNDIGESTED.get(consumer.service)
    handlers = {message: fault if message is undigested else run for message, run in consumer.handlers.items()}
    return replace(consumer, handlers=handlers)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
