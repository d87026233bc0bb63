"""The listener as a process of its own, patched by eventlet, beside a relay in this one."""

import os
import signal
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from kombu.connection import Connection

from chassis.database import connect
from chassis.relay import Relay
from libs.chassis.tests.telling import GATE, LISTENER
from suite.processes import Process
from suite.servers.ports import free_port
from suite.testing import DatabaseFactory, TestDatabase
from suite.waiting import until


def environ_of(service: str, database_url: str, amqp_url: str) -> dict[str, str]:
    return {
        f"ELDERCARE_{service.upper()}_DATABASE_URL": database_url,
        f"ELDERCARE_{service.upper()}_AMQP_URL": amqp_url,
        f"ELDERCARE_{service.upper()}_SIGNING_KEY": "unused",
        f"ELDERCARE_{service.upper()}_SEAL_KEYS": "unused",
    }


class Hosting:
    """A consuming process and what it has done."""

    def __init__(self, db: TestDatabase, amqp_url: str, folder: Path, name: str = "consumer", **environ: str) -> None:
        self.db, self.amqp_url, self._folder = db, amqp_url, folder
        self._endless = folder / "endless"
        self.host("consumer", name=name, **environ)

    def host(self, module: str, *, name: str = "", **environ: str) -> None:
        """Which module is hosted, and what else its environment holds; before it is started."""
        port = free_port()
        self.health = f"http://127.0.0.1:{port}"
        self.log = self._folder / f"{name or module}.log"
        own = {
            **environ_of(LISTENER, self.db.urls.app, self.amqp_url),
            "ELDERCARE_TRUSTED_KEYS": "unused",
            "ELDERCARE_EVENTS_HEALTH_ADDRESS": f"127.0.0.1:{port}",
            "ELDERCARE_EVENTS_GRACE_S": "2",
            "ELDERCARE_EVENTS_STALLED_S": "4",
            "ELDERCARE_EVENTS_COMPUTING_S": "60",
            "ELDERCARE_STOP_S": "6",
            "ELDERCARE_HEARTBEAT_S": "2",
            "ENDLESS": str(self._endless),
            "PATH": os.environ["PATH"],
        } | environ
        argv = [sys.executable, "-m", f"libs.chassis.tests.hosting.{module}"]
        self.process = Process(name or module, argv, own, self.log, f"{self.health}/readyz")

    def start(self) -> None:
        self.process.start()

    def wait_ready(self) -> None:
        until(self.process.is_ready, "the consumer consumes", patience_s=60)

    def ask_to_end(self) -> None:
        """SIGTERM, as whoever rolls out a new release does."""
        assert self.process.pid is not None
        os.kill(self.process.pid, signal.SIGTERM)

    def answer(self, path: str) -> tuple[int, str]:
        """Status and words of a probe; 0 when there was no answer."""
        try:
            with urllib.request.urlopen(self.health + path, timeout=3) as response:  # noqa: S310 - our own process
                return response.status, response.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()
        except OSError:
            return 0, ""

    @contextmanager
    def computing(self) -> Iterator[None]:
        """While it lasts, a handler that has begun keeps the processor and lets nobody else of its process run."""
        self._endless.touch()
        try:
            yield
        finally:
            self._endless.unlink()

    def handled(self) -> list[str]:
        """The aggregates in the order their facts were handled."""
        return [message.region.name for message in self.db.messages()]

    def wait_handled(self, times: int) -> list[str]:
        until(lambda: len(self.handled()) >= times, f"{times} facts are handled", patience_s=60)
        return self.handled()

    def says(self, what: str) -> bool:
        return what in self.log.read_text()

    def times(self, what: str) -> int:
        return self.log.read_text().count(what)

    @contextmanager
    def gate_closed(self, gate: int = GATE) -> Iterator[None]:
        """While it is closed, a batch in hand stays in hand."""
        with closing(connect(self.db.urls.app, name="gate")) as keeper:
            keeper.execute("SELECT pg_advisory_lock(%s)", [gate])
            yield

    def at_the_gate(self) -> int:
        """How many batches wait there."""
        return len(self.db.rows("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"))

    def in_queue(self, lane: str, shard: int = 0) -> int:
        """Messages that wait in the broker and are in nobody's hands."""
        with Connection(self.amqp_url) as broker:
            return int(broker.channel().queue_declare(f"{LISTENER}.{lane}.{shard}", passive=True).message_count)


@pytest.fixture
def consuming(hosting: Hosting, relaying: Callable[..., Relay]) -> Hosting:
    """The plain consumer, started, with a relay of the speaker beside it."""
    relaying(confirm_s=2.0)
    hosting.start()
    hosting.wait_ready()
    return hosting


@pytest.fixture
def hosting(database: DatabaseFactory, urls: dict[str, str], tmp_path: Path) -> Iterator[Hosting]:
    hosting = Hosting(database("people"), urls[LISTENER], tmp_path)
    yield hosting
    hosting.process.stop(grace=10)
