import eventlet

eventlet.monkey_patch()
"""`python -m chassis.serve_events order notify`: hosts the consumers of any services in one process."""

import os

os.environ.setdefault("PSYCOPG_WAIT_FUNC", "wait_selector")  # psycopg's own wait would stop the hub

import signal
import sys
from collections.abc import Sequence
from importlib.metadata import entry_points

import structlog

from chassis import logs, trace
from chassis.consumer import Consumer
from chassis.environment import EventsEnvironment, LogEnvironment, ServiceEnvironment, surroundings
from chassis.events import Hosted
from chassis.health import HealthServer
from chassis.settings import load_all

log = structlog.get_logger(__name__)

STALLED_S = 30.0


def main(services: Sequence[str]) -> int:
    """Loads the consumers of these services by entry point and serves them."""
    return serve([next(iter(entry_points(group="eldercare.events", name=name))).load() for name in services])


def serve(consumers: Sequence[Consumer]) -> int:
    """Runs until SIGTERM or SIGINT; ends with 70 when a consumer has died."""
    environ, wanted = surroundings(), [(ServiceEnvironment, each.service) for each in consumers]
    place, log_place, *_ = load_all([(EventsEnvironment, ""), (LogEnvironment, ""), *wanted], environ)
    logs.configure("+".join(f"{each.service}.events" for each in consumers), detail=log_place.detail)
    trace.configure("events", place.trace_endpoint)
    hosted = Hosted(consumers, environ)
    health = HealthServer(place.health_address, live=lambda: _stalled(hosted), ready=lambda: _not_ready(hosted))
    over = eventlet.event.Event()

    def end(code: int) -> None:
        if not over.ready():
            over.send(code)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: end(0))
    eventlet.spawn(hosted.run).link(lambda _: end(70))
    health.start()
    log.info("events.started", port=health.port)
    code: int = over.wait()
    if code:
        log.error("events.died")
    with eventlet.Timeout(place.grace_s, False):  # a hung broker must not hold us: what is unacked comes again
        hosted.stop()
    return code


def _stalled(hosted: Hosted) -> str:
    late = hosted.stalled(STALLED_S)
    return f"the consumer loop does not tick: {', '.join(late)}" if late else ""


def _not_ready(hosted: Hosted) -> str:
    waiting = hosted.not_consuming()
    return f"not consuming: {', '.join(waiting)}" if waiting else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
