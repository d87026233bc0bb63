import eventlet

eventlet.monkey_patch()
"""`python -m chassis.serve_events order notify`: hosts the consumers of any services in one process."""

import os

os.environ.setdefault("PSYCOPG_WAIT_FUNC", "wait_selector")  # psycopg's own wait would stop the hub

import sys
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from importlib.metadata import entry_points

import structlog

from chassis import logs, trace
from chassis.computing import ComputingLimit
from chassis.consumer import Consumer
from chassis.ending import end_within, when_told_to_stop
from chassis.environment import EventsEnvironment, LogEnvironment, ServiceEnvironment, surroundings
from chassis.events import Hosted
from chassis.hub import HealthServer, Hub
from chassis.metrics import CONSUMING, DATABASE, introduce
from chassis.pulse import Pulse
from chassis.settings import load_all

log = structlog.get_logger(__name__)


def main(services: Sequence[str]) -> int:
    """Loads the consumers of these services by entry point and serves them."""
    return serve([next(iter(entry_points(group="eldercare.events", name=name))).load() for name in services])


def serve(consumers: Sequence[Consumer]) -> int:
    """Runs until SIGTERM or SIGINT; ends with 70 when a consumer has died."""
    environ, wanted = surroundings(), [(ServiceEnvironment, each.service) for each in consumers]
    place, log_place, *own = load_all([(EventsEnvironment, ""), (LogEnvironment, ""), *wanted], environ)
    logs.configure("+".join(f"{each.service}.events" for each in consumers), detail=log_place.detail)
    trace.configure("events", place.trace_endpoint)
    limit, hub = ComputingLimit(place.computing_s), Hub()
    hosted = Hosted([replace(each, handlers=limit.on(each.handlers)) for each in consumers], environ)
    pulses = [Pulse(each.service, its.database_url) for each, its in zip(consumers, own, strict=True)]
    live, ready = partial(_stalled, hub, hosted, place.stalled_s), partial(_not_ready, hosted, pulses)
    introduce("events", live=live, ready=ready)
    for pulse in pulses:
        CONSUMING.labels(pulse.service).set_function(partial(_consumes, hosted, pulse.service))
        DATABASE.labels(pulse.service).set_function(partial(_reaches, pulse))
    health = HealthServer(place.health_address, live=live, ready=ready, figures=hub.figures)
    over = eventlet.event.Event()

    def end(code: int) -> None:
        if not over.ready():
            over.send(code)

    when_told_to_stop(lambda: end(0), within_s=place.stop_s)
    eventlet.spawn(hub.beat)
    for pulse in pulses:
        pulse.start()
    eventlet.spawn(hosted.run).link(lambda _: end(70))
    health.start()
    log.info("events.started", port=health.port)
    code: int = over.wait()
    end_within(place.stop_s)
    if code:
        log.error("events.died")
    with eventlet.Timeout(place.grace_s, False):  # a hung broker must not hold us: what is unacked comes again
        hosted.stop()
    return code


def _stalled(hub: Hub, hosted: Hosted, longest_s: float) -> str:
    if hub.silent_s() > longest_s:
        return "the hub stands still"
    late = hosted.stalled(longest_s)
    return f"the consumer loop does not tick: {', '.join(late)}" if late else ""


def _consumes(hosted: Hosted, service: str) -> float:
    return float(service not in hosted.not_consuming())


def _reaches(pulse: Pulse) -> float:
    return float(not pulse.is_lost)


def _not_ready(hosted: Hosted, pulses: Sequence[Pulse]) -> str:
    waiting, lost = hosted.not_consuming(), [pulse.service for pulse in pulses if pulse.is_lost]
    reasons = (("not consuming", waiting), ("the database cannot be reached", lost))
    return "; ".join(f"{reason}: {', '.join(services)}" for reason, services in reasons if services)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
