"""`python -m chassis.serve_core order payment`: hosts the core of any services in one process."""

import sys
import threading
from collections.abc import Sequence
from functools import partial
from importlib.metadata import entry_points
from typing import Any

import structlog

from chassis import logs, trace
from chassis.core import Core, RunningCore
from chassis.ending import end_within, when_told_to_stop
from chassis.environment import CoreEnvironment, LogEnvironment, ServiceEnvironment, rpc_targets, surroundings
from chassis.export.serving import EXPORT_SERVICE, Exports, Source
from chassis.health import HealthServer
from chassis.metrics import DATABASE, introduce
from chassis.rpc import operation
from chassis.rpc.server import Guard, Server, rules_of
from chassis.rpc.tls import Certificates
from chassis.settings import load_all
from eldercare.export.v1.export_service_pb2_grpc import add_ExportServiceServicer_to_server

log = structlog.get_logger(__name__)


# Many threads that mostly wait for a store: with Python's own 5 ms each answer waits that long for one that computes,
# at ten alarms a second 240 ms until a phone rings instead of 30.
SWITCH_S = 0.0005


def main(services: Sequence[str]) -> int:
    """Runs until SIGTERM or SIGINT; ends with 70 when a thread has died."""
    sys.setswitchinterval(SWITCH_S)
    environ, found = surroundings(), [_find(name) for name in services]
    wanted = [pair for core in found for pair in ((ServiceEnvironment, core.service), (core.settings, core.service))]
    place, log_place, *own = load_all([(CoreEnvironment, ""), (LogEnvironment, ""), *wanted], environ)
    logs.configure("+".join(f"{name}.core" for name in services), detail=log_place.detail)
    trace.configure("core", place.trace_endpoint)
    targets = rpc_targets(environ)
    cores = [RunningCore(core, own[2 * n + 1], own[2 * n], targets) for n, core in enumerate(found)]
    stop = threading.Event()
    when_told_to_stop(stop.set, within_s=place.stop_s)
    server = server_of(place.rpc_address, cores)
    if place.outer_address:
        certificates = Certificates(cert=place.tls_cert, key=place.tls_key, client_ca=place.tls_client_ca)
        log.info("core.outer_port", port=server.add_outer(place.outer_address, certificates))
    names = [name for core in cores for name in core.names]
    live, ready = partial(_stalled, cores, place.stalled_s), partial(_not_ready, cores)
    introduce("core", live=live, ready=ready)
    for core in cores:
        DATABASE.labels(core.core.service).set_function(partial(_reaches, core))
    health = HealthServer(place.health_address, live=live, ready=ready)
    for core in cores:
        core.start()
    server.start([*names, operation.NAME, EXPORT_SERVICE])
    health.start()
    log.info("core.started", port=server.port)
    dead = _wait(stop, cores)
    end_within(place.stop_s)
    server.stop(place.grace_s)
    for core in cores:
        core.ask_to_stop()
    for core in cores:
        core.stop()
    health.stop()
    return 70 if dead else 0


def _find(name: str) -> Core[Any]:
    (point,) = entry_points(group="eldercare.core", name=name)
    core: Core[Any] = point.load()
    return core


def server_of(address: str, cores: Sequence[RunningCore]) -> Server:
    """The rpc of these services behind one port, not started yet."""
    names = [list(core.names) for core in cores]
    names[0] += [operation.NAME, EXPORT_SERVICE]  # of the process, not of one service: the first guards it for all
    guards = [Guard(core.identity, rules_of(own), core.core.refusals) for core, own in zip(cores, names, strict=True)]
    server = Server(address, guards)
    operation.add(operation.Operation({core.core.service: core.database for core in cores}), server.grpc)
    add_ExportServiceServicer_to_server(Exports({core.core.service: _source(core) for core in cores}), server.grpc)
    for core in cores:
        for add, servicer in core.parts.servicers:
            add(servicer, server.grpc)
    return server


def _source(core: RunningCore) -> Source:
    return Source(rpc=core.deps.rpc, seals=core.deps.seals, parts=core.parts.exported)


def _wait(stop: threading.Event, cores: Sequence[RunningCore]) -> bool:
    while not stop.wait(0.5):
        dead = [name for core in cores for name in core.dead()]
        if dead:
            log.error("core.thread_died", loop=",".join(dead))
            return True
    return False


def _stalled(cores: Sequence[RunningCore], longest_s: float) -> str:
    late = [name for core in cores for name in core.stalled(longest_s)]
    return f"no tick: {', '.join(late)}" if late else ""


def _reaches(core: RunningCore) -> float:
    return float(not core.not_ready())


def _not_ready(cores: Sequence[RunningCore]) -> str:
    waiting = [name for core in cores for name in core.not_ready()]
    return f"not connected: {', '.join(waiting)}" if waiting else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
