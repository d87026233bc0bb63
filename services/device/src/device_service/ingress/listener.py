"""The open port of one adapter, with everything its connections share, until told to stop."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import psycopg
import structlog

from chassis.clock import monotonic
from device_service.adapters.contract import Adapter
from device_service.ingress.connection import Connection
from device_service.ingress.host import Host
from device_service.ingress.ledger import Ledger
from device_service.ingress.limits import Limits
from device_service.ingress.sessions import Sessions
from device_service.ingress.writer import Writer
from device_service.settings import IngressSettings

log = structlog.get_logger(__name__)

TICK_S = 1.0
STALLED_S = 15.0
ANSWER_S = 5.0
_STRAYS_AT_ONCE = 50
_FORGET_EVERY = 600


class Listener:
    def __init__(self, settings: IngressSettings, adapter: Adapter, ledger: Ledger) -> None:
        self._settings, self._adapter, self._ledger = settings, adapter, ledger
        self._is_listening = False
        self._database_up = False
        self._ticked_at = self._asked_at = monotonic()
        self.port = 0

    def stalled(self) -> str:
        """Only our own loop counts: a frozen database is no reason to start again."""
        return "the event loop stands still" if monotonic() - self._ticked_at > STALLED_S else ""

    def not_ready(self) -> str:
        if not self._is_listening:
            return "not listening"
        return "" if self.reaches_database else "the database cannot be reached"

    @property
    def reaches_database(self) -> bool:
        return self._database_up and monotonic() - self._asked_at <= ANSWER_S

    async def serve(self, stop: asyncio.Event) -> None:
        host = self._host()
        async with asyncio.TaskGroup() as group:
            chores = (host.writer.run(), self._tick(host), self._ask(host))
            tasks = [group.create_task(chore) for chore in chores]
            server = await self._listen(host)
            await stop.wait()
            server.close()
            await self._drain(host)
            for task in tasks:
                task.cancel()
        host.writer.close()

    def _host(self) -> Host:
        settings = self._settings
        return Host(
            adapter=self._adapter,
            settings=settings,
            loop=asyncio.get_running_loop(),
            writer=Writer(
                self._ledger.store, lanes=settings.lanes, batch=settings.batch, most_bytes=settings.waiting_bytes
            ),
            sessions=Sessions(settings.sessions_each),
            limits=Limits(per_s=settings.frames_per_s, burst=settings.frames_burst),
            now=self._ledger.now,
        )

    async def _listen(self, host: Host) -> asyncio.Server:
        name, _, port = self._settings.watch_address.rpartition(":")
        server = await host.loop.create_server(lambda: Connection(host), name, int(port), backlog=1024)
        self.port = server.sockets[0].getsockname()[1]
        self._is_listening = True
        log.info("ingress.listening", adapter=self._adapter.manifest.id, address=f"{name}:{self.port}")
        if self._settings.ready_file:
            await asyncio.to_thread(Path(self._settings.ready_file).write_text, f"{name}:{self.port}\n")
        return server

    async def _tick(self, host: Host) -> None:
        ticks = 0
        while True:
            self._ticked_at = monotonic()
            ticks += 1
            if ticks % _FORGET_EVERY == 0:
                host.limits.forget_idle(host.sessions.speaking())
            await asyncio.sleep(TICK_S)

    async def _ask(self, host: Host) -> None:
        """Is the database there? Then what garbage was kept can be written."""
        while True:
            self._asked_at = monotonic()
            self._database_up = await asyncio.to_thread(self._ledger.is_up) and host.writer.is_up
            if self._database_up and host.strays:
                await self._keep(host)
            await asyncio.sleep(TICK_S)

    async def _keep(self, host: Host) -> None:
        strays = [host.strays.popleft() for _ in range(min(_STRAYS_AT_ONCE, len(host.strays)))]
        try:
            await asyncio.to_thread(self._ledger.keep, strays)
        except psycopg.Error as lost:
            host.strays.extendleft(reversed(strays))
            log.warning("stray.not_kept", count=len(strays), reason=type(lost).__name__)

    async def _drain(self, host: Host) -> None:
        """What was read is stored and answered; what is still on its way the device sends again."""
        for connection in list(host.connections):
            connection.stop_reading()
        await _until(lambda: host.writer.is_idle, self._settings.drain_s)
        while host.strays and self._database_up:
            await self._keep(host)
        for connection in list(host.connections):
            connection.cut("STOPPING")
        await _until(lambda: not host.connections, 1.0)


async def _until(is_done: Callable[[], bool], most_s: float) -> None:
    deadline = monotonic() + most_s
    while not is_done() and monotonic() < deadline:  # noqa: ASYNC110 - many things end, each in its own time
        await asyncio.sleep(0.01)
