"""Private servers, databases at this release, a broker and keys: what every row runs on."""

import os
import platform
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from chassis.database import connect
from chassis.identity import Identity
from chassis.migrate import migrate
from suite.box.keys import ensure_keys
from suite.box.processes import PRODUCERS
from suite.processes import Process
from suite.servers import Servers, start_servers
from suite.servers.provision import DatabaseUrls, provision_broker, provision_databases

VHOST = "bench"
BUSY = 1.0
ROOT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    run_dir: Path
    servers: Servers
    databases: dict[str, DatabaseUrls]
    brokers: dict[str, str]
    say: Callable[[str], None]
    # How busy the machine was before anything here began.
    load: float

    def environ(self) -> dict[str, str]:
        """For a process of any of the services."""
        keys = self.run_dir / "keys"
        own = {
            f"ELDERCARE_{service.upper()}_{what}": value
            for service in PRODUCERS
            for what, value in (
                ("DATABASE_URL", self.databases[service].app),
                ("AMQP_URL", self.brokers[service]),
                ("SIGNING_KEY", str(keys / f"{service}.key")),
                ("SEAL_KEYS", str(keys / f"{service}.seals")),
            )
        }
        return {"PATH": os.environ["PATH"], "ELDERCARE_TRUSTED_KEYS": str(keys / "trusted.json")} | own

    def broker_admin(self, vhost: str) -> str:
        """May do everything in the virtual host."""
        return urlsplit(self.servers.amqp_url)._replace(path=f"/{vhost}").geturl()

    def identity(self) -> Identity:
        keys = self.run_dir / "keys"
        return Identity.load("suite", keys / "suite.key", keys / "trusted.json")

    def process(self, name: str, argv: list[str], ready: str, **environ: str) -> Process:
        log = self.run_dir / "logs" / f"{name}.log"
        return Process(name, argv, self.environ() | environ, log, ready, cwd=ROOT, run_dir=self.run_dir)

    def owner(self, service: str) -> "psycopg.Connection[psycopg.rows.DictRow]":
        return connect(self.databases[service].owner, name="bench")

    def facts(self) -> dict[str, str]:
        with self.owner("order") as connection:
            row = connection.execute("SHOW server_version").fetchone()
        return {
            "cores": f"{os.cpu_count()} ({platform.machine()}), load before {self.load:.1f}",
            "Python": platform.python_version(),
            "PostgreSQL": str(row["server_version"]) if row else "?",
            "commits": "on disk",
        }


@contextmanager
def open_stage(say: Callable[[str], None]) -> Iterator[Stage]:
    load = os.getloadavg()[0]
    if load > BUSY:
        say(f"this machine is busy (load {load:.1f}): read the ratios, not the values")
    with (
        tempfile.TemporaryDirectory(prefix="eldercare-bench-") as folder,
        start_servers(Path(folder), progress=say, only=("postgres", "rabbitmq")) as servers,
    ):
        run_dir = Path(folder)
        (run_dir / "logs").mkdir(exist_ok=True)
        ensure_keys(run_dir / "keys", [*PRODUCERS, "suite"])
        databases = provision_databases(servers, PRODUCERS)
        for service, urls in databases.items():
            migrate(urls.owner, service)
        brokers = provision_broker(servers, PRODUCERS, vhost=VHOST)
        yield Stage(run_dir=run_dir, servers=servers, databases=databases, brokers=brokers, say=say, load=load)
