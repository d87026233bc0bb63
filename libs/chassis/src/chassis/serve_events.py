import eventlet

eventlet.monkey_patch()  # noqa: E702  first of all: nothing may load unpatched
"""`python -m chassis.serve_events order notify`: hosts the consumers of any services in one process."""

import os

os.environ.setdefault("PSYCOPG_WAIT_FUNC", "wait_selector")  # psycopg's own wait would stop the hub

import signal
import sys
from collections.abc import Sequence
from importlib.metadata import entry_points

import structlog

from chassis import logs, trace
from chassis.clock import monotonic
from chassis.consumer import Consumer
from chassis.environment import EventsEnvironment
from chassis.events import FactQueues, Hosted, host
from chassis.health import HealthServer
from chassis.settings import load

log = structlog.get_logger(__name__)

STALLED_S = 30.0


def main(services: Sequence[str]) -> int:
    """Runs until SIGTERM or SIGINT."""
    logs.configure("+".join(f"{name}.events" for name in services))
    place = load(EventsEnvironment, os.environ)
    trace.configure("events", place.trace_endpoint)
    consumers: list[Consumer] = [
        next(iter(entry_points(group="eldercare.events", name=name))).load() for name in services
    ]
    stop = eventlet.event.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: None if stop.ready() else stop.send())
    started: list[Hosted] = []
    health = HealthServer(place.health_address, live=_stalled, ready=lambda: "" if started else "not connected yet")
    health.start()
    started.append(host(consumers, os.environ))
    log.info("events.started", port=health.port)
    stop.wait()
    started[0].stop()
    return 0


def _stalled() -> str:
    silent = monotonic() - FactQueues.ticked
    return f"the consumer loop has not ticked for {silent:.0f} s" if FactQueues.ticked and silent > STALLED_S else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
