"""A listening ingress, and a device's side of a connection to it."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Any, Self
from urllib.error import HTTPError
from urllib.request import urlopen
from uuid import uuid4

from chassis.seal import Seals
from device_service.ingress.process import serve_until
from device_service.settings import IngressSettings
from suite.simulated_watch import answers
from suite.testing import TestDatabase
from suite.waiting import until

PATIENCE_S = 20.0


class Line:
    def __init__(self, address: tuple[str, int], receive_buffer: int = 0) -> None:
        self.socket = socket.socket()
        self.socket.settimeout(PATIENCE_S)
        if receive_buffer:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self.socket.connect(address)
        self.heard = b""

    def say(self, *data: bytes) -> None:
        self.socket.sendall(b"".join(data))

    def listen(self, count: int) -> list[str]:
        """Waits for that many answers; everything heard so far is returned."""
        while len(self.answers()) < count:
            data = self.socket.recv(65_536)
            if not data:
                raise ConnectionError(f"closed after {self.answers()}")
            self.heard += data
        return self.answers()

    def answers(self) -> list[str]:
        return answers(self.heard)

    def heard_nothing_yet(self) -> bool:
        self.socket.setblocking(False)
        try:
            self.heard += self.socket.recv(65_536)
        except BlockingIOError:
            pass
        finally:
            self.socket.settimeout(PATIENCE_S)
        return not self.heard

    def is_closed(self) -> bool:
        """Waits for the other side to close; False when it speaks instead."""
        try:
            data = self.socket.recv(65_536)
        except ConnectionError:
            return True
        self.heard += data
        return not data

    def close(self) -> None:
        self.socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class OpenPort:
    def __init__(self, address: tuple[str, int], health: int) -> None:
        self.address, self._health = address, health

    def line(self, receive_buffer: int = 0) -> Line:
        return Line(self.address, receive_buffer)

    def probe(self, path: str) -> tuple[int, str]:
        try:
            with urlopen(f"http://127.0.0.1:{self._health}{path}", timeout=PATIENCE_S) as answer:
                return answer.status, answer.read().decode()
        except HTTPError as refused:
            return refused.code, refused.read().decode()

    def is_ready(self) -> bool:
        return self.probe("/readyz")[0] == 200

    def wait_until_ready(self) -> None:
        until(self.is_ready, "ingress is ready")

    def wait_until_not_ready(self) -> None:
        until(lambda: not self.is_ready(), "ingress says that it is not ready")


def settings_of(db: TestDatabase, seals: Seals, folder: Path, **settings: Any) -> IngressSettings:
    keys = folder / "device.seals"
    keys.write_text(seals.dump())
    return IngressSettings(
        database_url=db.urls.app,
        seal_keys=str(keys),
        health_address=f"127.0.0.1:{free_port()}",
        ready_file=str(folder / f"ready-{uuid4().hex}"),
        **settings,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def open_port(db: TestDatabase, seals: Seals, folder: Path, **told: Any) -> Iterator[OpenPort]:
    settings = settings_of(db, seals, folder, **told)
    loop, stop, ended = asyncio.new_event_loop(), asyncio.Event(), Event()

    def run() -> None:
        try:
            loop.run_until_complete(serve_until(stop, settings))
        finally:
            loop.close()
            ended.set()

    Thread(target=run, name="ingress under test", daemon=True).start()
    opened = OpenPort(bound(settings), int(settings.health_address.rpartition(":")[2]))
    opened.wait_until_ready()
    try:
        yield opened
    finally:
        loop.call_soon_threadsafe(stop.set)
        assert ended.wait(PATIENCE_S), "ingress did not stop"


def bound(settings: IngressSettings) -> tuple[str, int]:
    ready = Path(settings.ready_file)
    until(lambda: ready.exists() and ready.read_text().endswith("\n"), "ingress listens")
    host, _, port = ready.read_text().strip().rpartition(":")
    return host, int(port)
