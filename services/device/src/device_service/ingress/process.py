"""The ingress process: settings in, listener and probes up, a clean end on SIGTERM."""

import asyncio
import sys
from collections.abc import Mapping
from pathlib import Path

import structlog

from chassis import logs, trace
from chassis.database import Database
from chassis.ending import when_told_to_stop
from chassis.environment import surroundings
from chassis.health import HealthServer
from chassis.metrics import DATABASE, introduce
from chassis.seal import Seals
from chassis.settings import load
from device_service.adapters.find import find_adapters
from device_service.ingress.ledger import Ledger
from device_service.ingress.listener import Listener
from device_service.settings import IngressSettings, allowed

log = structlog.get_logger(__name__)

WATCH = "watch"
SWITCH_S = 0.0005


class AdapterMissing(SystemExit):
    """Without its adapter the port would hear devices and understand none."""


class Ingress:
    """`INGRESS.run()` is the process."""

    service = "device"

    def run(self) -> int:
        logs.configure("device.ingress")
        # The loop gives the interpreter away at every send; with the usual 5 ms it would get it back late.
        sys.setswitchinterval(SWITCH_S)
        return asyncio.run(self.serve(surroundings()))

    async def serve(self, environ: Mapping[str, str]) -> int:
        settings = load(IngressSettings, environ)
        trace.configure("device.ingress", settings.trace_endpoint)
        stop, loop = asyncio.Event(), asyncio.get_running_loop()
        when_told_to_stop(lambda: loop.call_soon_threadsafe(stop.set), within_s=settings.stop_s)
        await serve_until(stop, settings)
        return 0


async def serve_until(stop: asyncio.Event, settings: IngressSettings) -> None:
    database = Database(settings.database_url, name="device.ingress", size=settings.lanes + 2)
    found = find_adapters(allowed(settings.adapters))
    for refused in found.refused:
        log.warning("adapter.refused", adapter=refused.name, reason=refused.reason)
    if WATCH not in found.adapters:
        raise AdapterMissing(f"The adapter {WATCH} cannot be loaded; see ELDERCARE_DEVICE_ADAPTERS.")
    ledger = Ledger(database, Seals.load(Path(settings.seal_keys)), found.adapters)
    listener = Listener(settings, found.adapters[WATCH], ledger)
    introduce("ingress", live=listener.stalled, ready=listener.not_ready)
    DATABASE.labels("device").set_function(lambda: listener.reaches_database)
    health = HealthServer(settings.health_address, live=listener.stalled, ready=listener.not_ready)
    database.open()
    health.start()
    try:
        await listener.serve(stop)
    finally:
        health.stop()
        database.close()
