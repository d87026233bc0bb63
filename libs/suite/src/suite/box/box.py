"""Starts and stops a small box on servers that run."""

import os
import secrets
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Self

from chassis.migrate import migrate
from suite.box.keys import ensure_keys
from suite.box.processes import PRODUCERS, SECRETS, CopyPorts, Ports, addresses, processes_of, rpc_target
from suite.box.state import BoxState, write_state
from suite.processes import Process, Supervisor
from suite.servers import Servers
from suite.servers.ports import free_port
from suite.servers.provision import DatabaseUrls, provision_broker, provision_databases

PASSED_ON = ("PATH", "HOME", "LANG", "ELDERCARE_GATEWAY_OIDC_PROVIDERS", "ELDERCARE_GATEWAY_PUBLIC_URL")
KEYED = (*PRODUCERS, "gateway", "suite")


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxPlace:
    """A box's folder, names in the servers, and how its processes differ from the default.

    `without` names processes that are not wanted, such as the gateway where nobody looks at pages. `replicas` is how
    many copies of core and events share the work. `reach` turns a server's address into the one processes are told.
    `events_host` is the module that hosts consumers.
    """

    run_dir: Path
    prefix: str = ""
    vhost: str = "eldercare"
    without: frozenset[str] = frozenset()
    extra: Mapping[str, str] = field(default_factory=dict)
    replicas: int = 1
    reach: Callable[[str], str] = str
    events_host: str = "chassis.serve_events"


class Box:
    """A context manager: provisions, migrates, starts all processes, and stops them at the end."""

    def __init__(self, place: BoxPlace, servers: Servers, *, progress: Callable[[str], None] = print) -> None:
        self.place, self.servers, self._progress = place, servers, progress
        self.ports = Ports(**{each.name: free_port() for each in fields(Ports)})
        self.copies = [
            CopyPorts(**{each.name: free_port() for each in fields(CopyPorts)}) for _ in range(1, place.replicas)
        ]
        self.databases: dict[str, DatabaseUrls] = {}
        self.environ: dict[str, str] = {}
        self.supervisor = Supervisor()
        self.processes: dict[str, Process] = {}

    def start(self) -> Self:
        run_dir = self.place.run_dir
        self.databases = provision_databases(self.servers, PRODUCERS, prefix=self.place.prefix)
        with ThreadPoolExecutor(len(PRODUCERS)) as pool:
            list(pool.map(lambda name: migrate(self.databases[name].owner, name), PRODUCERS))
        self._progress("databases are at this release")
        ensure_keys(run_dir / "keys", KEYED)
        self.environ = self._environment(run_dir / "keys")
        host = self.place.events_host
        every = processes_of(run_dir, self.ports, self.copies, self.environ, events_host=host)
        started = [process for process in every if process.name not in self.place.without]
        self.processes = {process.name: process for process in started}
        self.supervisor.start(started)
        self._progress(f"{', '.join(self.processes)} are ready")
        write_state(run_dir, self.state())
        return self

    def stop(self) -> None:
        self.supervisor.stop()
        (self.place.run_dir / "box.json").unlink(missing_ok=True)

    def state(self) -> BoxState:
        return BoxState(
            pid=os.getpid(),
            rpc=rpc_target([self.ports, *self.copies]),
            watch=f"127.0.0.1:{self.ports.watch}",
            web=f"http://127.0.0.1:{self.ports.web}",
            keys=str(self.place.run_dir / "keys"),
            auditors={name: urls.auditor for name, urls in self.databases.items()},
            testers={name: urls.tester for name, urls in self.databases.items()},
            operators={name: urls.app for name, urls in self.databases.items()},
            health={name: f"http://127.0.0.1:{port}" for name, port in self._probed().items()},
            broker=self.servers.amqp_management,
            vhost=self.place.vhost,
            amqp=self.servers.amqp_url,
        )

    def _probed(self) -> dict[str, int]:
        """The port that answers probes, by process."""
        ports = {
            "core": self.ports.core_health,
            "events": self.ports.events_health,
            "ingress": self.ports.ingress_health,
            "gateway": self.ports.web,
        }
        return {name: port for name, port in ports.items() if name not in self.place.without}

    def _environment(self, keys: Path) -> dict[str, str]:
        reach, brokers = self.place.reach, provision_broker(self.servers, PRODUCERS, vhost=self.place.vhost)
        own = {
            f"ELDERCARE_{name.upper()}_{what}": value
            for name in KEYED
            for what, value in (
                ("DATABASE_URL", reach(self.databases[name].app) if name in self.databases else ""),
                ("AMQP_URL", reach(brokers[name]) if name in brokers else ""),
                ("SIGNING_KEY", str(keys / f"{name}.key")),
                ("SEAL_KEYS", str(keys / f"{name}.seals")),
            )
            if value
        }
        shared = {
            "ELDERCARE_DEVICE_EXPORTS_DIR": str(self.place.run_dir / "exports"),
            "ELDERCARE_TRUSTED_KEYS": str(keys / "trusted.json"),
            "ELDERCARE_REDIS_URL": reach(self.servers.redis_url),
        }
        passed_on = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
        return (
            passed_on | own | shared | self._secrets(keys) | addresses(self.ports, self.copies) | dict(self.place.extra)
        )

    def _secrets(self, keys: Path) -> dict[str, str]:
        """Shared secrets of signed webhooks, made once."""
        made = {}
        for name in SECRETS:
            path = keys / name.lower()
            if not path.exists():
                path.touch(mode=0o600)
                path.write_text(secrets.token_hex(32))
            made[name] = path.read_text()
        return made

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.stop()
