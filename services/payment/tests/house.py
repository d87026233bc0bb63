"""The payment service behind a real gRPC server, and callers who are signed as in production."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from chassis.core import RunningCore
from chassis.environment import ServiceEnvironment
from chassis.identity import Identity, generate_keys
from chassis.rpc.client import Clients, Metadata
from chassis.rpc.server import Guard, Server, names_of, rules_of
from chassis.seal import Seals
from eldercare.payment.v1.payment_service_pb2_grpc import PaymentServiceStub
from eldercare.payment.v1.statement_service_pb2_grpc import ProviderStatementServiceStub
from payment_service.entrypoints.core import CORE
from payment_service.settings import PaymentSettings
from services.payment.tests.sandbox_process import SECRET
from services.payment.tests.till import Till

SECONDS = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    payment: PaymentServiceStub
    statements: ProviderStatementServiceStub
    people: Identity

    def signed(self, subject: str, *roles: str) -> Metadata:
        """What a call of that person carries."""
        token = self.people.vouch(subject, roles)
        return (("authorization", f"Bearer {token}"),)


@contextmanager
def open_house(till: Till, folder: Path, *, reach: Callable[[str], str] = str) -> Iterator[House]:
    """`reach` turns the database's address into the one the service is told."""
    people = _keys(folder, till.seals)
    settings = PaymentSettings(processor_url=till.sandbox.url, processor_secrets=SECRET)
    core = RunningCore(CORE, settings, _environment(reach(till.database.urls.app), folder), {})
    core.database.open()
    names = names_of(core.parts.servicers)
    server = Server("127.0.0.1:0", [Guard(core.identity, rules_of(names), CORE.refusals)])
    for add, servicer in core.parts.servicers:
        add(servicer, server.grpc)
    server.start(names)
    clients = Clients(people, {"payment": f"127.0.0.1:{server.port}"})
    try:
        statements = clients.stub("payment", ProviderStatementServiceStub)
        yield House(payment=clients.stub("payment", PaymentServiceStub), statements=statements, people=people)
    finally:
        clients.close()
        server.stop(1)
        core.database.close()


def _keys(folder: Path, seals: Seals) -> Identity:
    private, trusted = generate_keys(["people", "payment"])
    (folder / "trusted.json").write_text(trusted)
    (folder / "seals.json").write_text(seals.dump())
    for service, key in private.items():
        (folder / f"{service}.key").write_text(key)
    return Identity.load("people", folder / "people.key", folder / "trusted.json")


def _environment(database_url: str, folder: Path) -> ServiceEnvironment:
    return ServiceEnvironment(
        database_url=database_url,
        amqp_url="amqp://127.0.0.1:1",
        signing_key=str(folder / "payment.key"),
        seal_keys=str(folder / "seals.json"),
        trusted_keys=str(folder / "trusted.json"),
    )
