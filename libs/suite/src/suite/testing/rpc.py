"""One service's rpc in this process on a free port, over a test database: checked, signed and refused for real."""

import os
from collections.abc import Iterator, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Protocol

import grpc
import pytest

from chassis.context import Caller
from chassis.core import Core, RunningCore
from chassis.environment import ServiceEnvironment, rpc_targets
from chassis.identity import Identity
from chassis.rpc.client import refused
from chassis.serve_core import server_of
from chassis.settings import load
from suite.box.keys import ensure_keys
from suite.testing.database import DatabaseFactory, TestDatabase

SERVICES = ("people", "device", "order", "notify", "payment", "gateway", "suite")
DEADLINE_S = 10.0


class _Speaks(grpc.UnaryUnaryClientInterceptor, grpc.UnaryStreamClientInterceptor):
    """Adds the token and the purpose, a deadline where the test gives none, and raises refusals by name."""

    def __init__(self, token: str, purpose: str) -> None:
        self._spoken = (("authorization", f"Bearer {token}"), ("purpose", purpose))

    def intercept_unary_unary(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        call = continuation(self._details(client_call_details), request)
        error = call.exception()
        if isinstance(error, grpc.RpcError):
            raise refused(error) from error
        return call

    def intercept_unary_stream(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        return _told(continuation(self._details(client_call_details), request))

    def _details(self, told: Any) -> Any:
        metadata = {**dict(self._spoken), **dict(told.metadata or ())}
        return told._replace(metadata=tuple(metadata.items()), timeout=told.timeout or DEADLINE_S)


def _told(call: Any) -> Iterator[Any]:
    try:
        yield from call
    except grpc.RpcError as error:
        raise refused(error) from error


class RunningRpc:
    """One service's servicers behind a real port."""

    def __init__(self, core: RunningCore, db: TestDatabase, keys: Path) -> None:
        self.core, self.db, self._keys = core, db, keys
        self._server = server_of("127.0.0.1:0", [core])
        self._channels: list[grpc.Channel] = []

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self._server.port}"

    def start(self) -> None:
        self.core.database.open()
        self._server.start(self.core.names)

    def channel_as(self, caller: Caller) -> grpc.Channel:
        """Calls on it are signed for this caller and raise chassis.rpc.client.Refused."""
        return self.channel(self.token_of(caller), purpose=caller.purpose)

    def channel(self, token: str, *, purpose: str = "") -> grpc.Channel:
        """The same with any token, also a forged one."""
        self._channels.append(plain := grpc.insecure_channel(self.address))
        return grpc.intercept_channel(plain, _Speaks(token, purpose))

    def plain_channel(self) -> grpc.Channel:
        """Nothing is added: no token, no deadline; errors are grpc.RpcError."""
        self._channels.append(plain := grpc.insecure_channel(self.address))
        return plain

    def identity_of(self, service: str) -> Identity:
        return Identity.load(service, self._keys / f"{service}.key", self._keys / "trusted.json")

    def token_of(self, caller: Caller) -> str:
        """A token as the caller would hold it: people vouches for persons, a service for itself."""
        issuer = caller.subject.removeprefix("services/") if caller.is_service else "people"
        return self.identity_of(issuer).vouch(caller.subject, caller.roles, scopes=caller.scopes)

    def close(self) -> None:
        for channel in self._channels:
            channel.close()
        self._server.stop(0)
        self.core.clients.close()
        self.core.database.close()


class RpcFactory(Protocol):
    """Starts the rpc of a service; `environ` holds its own settings and the addresses of others."""

    def __call__(
        self, service: str, *, db: TestDatabase | None = None, environ: Mapping[str, str] | None = None
    ) -> RunningRpc: ...


@pytest.fixture(scope="session")
def rpc_keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Signing and seal keys of all services of one run, trusted by all."""
    folder = tmp_path_factory.mktemp("keys")
    ensure_keys(folder, SERVICES)
    return folder


@pytest.fixture
def rpc(database: DatabaseFactory, rpc_keys: Path) -> Iterator[RpcFactory]:
    """`rpc("people").channel_as(Caller(subject=…, roles=…))`: that service's rpc, over a database of its own."""
    running: list[RunningRpc] = []

    def start(service: str, *, db: TestDatabase | None = None, environ: Mapping[str, str] | None = None) -> RunningRpc:
        (point,) = entry_points(group="eldercare.core", name=service)
        db = db or database(service)
        core = running_core(point.load(), environ_of(service, db, rpc_keys) | dict(environ or {}))
        running.append(RunningRpc(core, db, rpc_keys))
        running[-1].start()
        return running[-1]

    yield start
    for each in running:
        each.close()


def running_core(core: Core[Any], environ: Mapping[str, str]) -> RunningCore:
    """A core that is built and not started: no relay, no timers, no effects."""
    environment = load(ServiceEnvironment, environ, service=core.service)
    return RunningCore(core, load(core.settings, environ), environment, rpc_targets(environ))


def environ_of(service: str, db: TestDatabase, keys: Path) -> dict[str, str]:
    """What a process of that service would find in its environment."""
    prefix = f"ELDERCARE_{service.upper()}"
    return {
        "PATH": os.environ.get("PATH", ""),
        f"{prefix}_DATABASE_URL": db.urls.app,
        f"{prefix}_AMQP_URL": "amqp://127.0.0.1:1",
        f"{prefix}_SIGNING_KEY": str(keys / f"{service}.key"),
        f"{prefix}_SEAL_KEYS": str(keys / f"{service}.seals"),
        "ELDERCARE_TRUSTED_KEYS": str(keys / "trusted.json"),
    }
