"""What each service is handed as files, a folder a service: what an orchestrator mounts where the process reads it.

A file named as a variable holds that variable's value (`ELDERCARE_SECRETS_DIR`); the others are key files.
"""

import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from suite.box.keys import ensure_keys
from suite.box.processes import PRODUCERS
from suite.servers import Servers
from suite.servers.provision import DatabaseUrls, provision_broker, provision_databases

# Each shared secret, and the only services that are handed it; `processor` is the sandbox.
SHARED = {
    "ELDERCARE_PAYMENT_PROCESSOR_SECRET": ("payment", "processor"),
    "ELDERCARE_PAGER_SECRET": (*PRODUCERS, "gateway"),
    "ELDERCARE_NOTIFY_WEBHOOK_SECRETS": ("notify",),
}
REDIS_READERS = ("people", "device", "order", "notify", "payment", "gateway")
KEYED = (*PRODUCERS, "gateway", "suite")


@dataclass(frozen=True, slots=True, kw_only=True)
class Names:
    """host:port by which processes will reach the servers, where that is not how they are reached from here."""

    postgres: str = ""
    amqp: str = ""
    redis: str = ""


def hand_out(servers: Servers, out: Path, names: Names, *, vhost: str) -> dict[str, DatabaseUrls]:
    """Databases, broker users, keys and secrets; what is there already stays. Returns the databases' addresses.

    `out/<service>` is for its processes, `out/<service>-owner` for its migration alone, `out/suite` for the operations
    team's own command.
    """
    databases = provision_databases(servers, PRODUCERS)
    brokers = provision_broker(servers, PRODUCERS, vhost=vhost)
    ensure_keys(out / "keys", KEYED)
    for service in PRODUCERS:
        name = service.upper()
        app, owner = (_at(url, names.postgres) for url in (databases[service].app, databases[service].owner))
        broker = _at(brokers[service], names.amqp)
        _write(out / service, {f"ELDERCARE_{name}_DATABASE_URL": app, f"ELDERCARE_{name}_AMQP_URL": broker})
        _write(out / f"{service}-owner", {f"ELDERCARE_{name}_OWNER_URL": owner})
    for service in KEYED:
        _copy_keys(out / "keys", service, out / service)
    for service in REDIS_READERS:
        _write(out / service, {"ELDERCARE_REDIS_URL": _at(servers.redis_url, names.redis)})
    for variable, services in SHARED.items():
        value = _kept(out / services[0] / variable)
        for service in services:
            _write(out / service, {variable: value})
    return databases


def _at(url: str, place: str) -> str:
    """The same address at another host:port."""
    parts = urlsplit(url)
    user, at, here = parts.netloc.rpartition("@")
    return urlunsplit(parts._replace(netloc=f"{user}{at}{place or here}"))


def _copy_keys(keys: Path, service: str, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for source, name in ((f"{service}.key", "signing.key"), (f"{service}.seals", "seals"), ("trusted.json",) * 2):
        shutil.copyfile(keys / source, folder / name)


def _kept(path: Path) -> str:
    """The secret that is there, or a new one."""
    return path.read_text() if path.exists() else secrets.token_hex(32)


def _write(folder: Path, files: Mapping[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text)
