"""The people service behind a real gRPC server, and callers who are signed as in production."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from google.type.latlng_pb2 import LatLng

from chassis.core import RunningCore
from chassis.environment import ServiceEnvironment
from chassis.identity import Identity, generate_keys
from chassis.rpc.client import Clients, Refused, purpose
from chassis.rpc.server import Guard, Server, names_of, rules_of
from chassis.seal import Seals
from eldercare.people.v1.api_key_service_pb2_grpc import ApiKeyServiceStub
from eldercare.people.v1.person_pb2 import Identifiers, Person, Role
from eldercare.people.v1.person_service_pb2 import (
    GrantRoleRequest,
    RegisterPersonRequest,
    Session,
    SetPasswordRequest,
    SignInRequest,
)
from eldercare.people.v1.person_service_pb2_grpc import PersonServiceStub, SessionServiceStub
from people_service.entrypoints.core import CORE
from people_service.settings import PeopleSettings
from services.people.tests.cast import PLUM_GARDEN
from suite.testing import TestDatabase

SECONDS = 10.0
PASSWORD = "plum blossom 7"
Metadata = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    people: PersonServiceStub
    sessions: SessionServiceStub
    keys: ApiKeyServiceStub
    database: TestDatabase

    def give_password(self, person: str, login: str) -> None:
        request = SetPasswordRequest(request_id=new_request(), name=person, login=login, password=PASSWORD)
        self.sessions.SetPassword(request, timeout=SECONDS)

    def session(self, login: str, password: str = PASSWORD) -> Session:
        return self.sessions.SignIn(SignInRequest(login=login, password=password), timeout=SECONDS)

    def signed_in(self, login: str, *, reading_for: str = "") -> Metadata:
        """Return what a call of that person carries."""
        bearer = (("authorization", f"Bearer {self.session(login).token}"),)
        return bearer + (purpose(reading_for) if reading_for else ())


def new_request() -> str:
    return str(uuid4())


@contextmanager
def open_house(db: TestDatabase, folder: Path) -> Iterator[House]:
    """Serve people from that database; calls without a token of their own come from the suite."""
    suite = keys_of("suite", folder)
    settings = PeopleSettings(argon2_memory_kib=1_024, argon2_passes=1)
    core = RunningCore(CORE, settings, _environment(db, folder), {})
    core.database.open()
    names = names_of(core.parts.servicers)
    server = Server("127.0.0.1:0", [Guard(core.identity, rules_of(names), CORE.refusals)])
    for add, servicer in core.parts.servicers:
        add(servicer, server.grpc)
    server.start(names)
    clients = Clients(suite, {"people": f"127.0.0.1:{server.port}"})
    try:
        people, sessions = clients.stub("people", PersonServiceStub), clients.stub("people", SessionServiceStub)
        keys = clients.stub("people", ApiKeyServiceStub)
        yield House(people=people, sessions=sessions, keys=keys, database=db)
    finally:
        clients.close()
        server.stop(1)
        core.database.close()


def keys_of(service: str, folder: Path) -> Identity:
    private, trusted = generate_keys(["people", "suite", "gateway"])
    (folder / "trusted.json").write_text(trusted)
    (folder / "seals.json").write_text(Seals.generate().dump())
    for owner, key in private.items():
        (folder / f"{owner}.key").write_text(key)
    return Identity.load(service, folder / f"{service}.key", folder / "trusted.json")


def _environment(db: TestDatabase, folder: Path) -> ServiceEnvironment:
    return ServiceEnvironment(
        database_url=db.urls.app,
        amqp_url="amqp://127.0.0.1:1",
        signing_key=str(folder / "people.key"),
        seal_keys=str(folder / "seals.json"),
        trusted_keys=str(folder / "trusted.json"),
    )


HOME = LatLng(latitude=30.25123, longitude=120.16456)


def registering(
    name: str, *roles: Role, region: str = PLUM_GARDEN, home: LatLng | None = None
) -> RegisterPersonRequest:
    return RegisterPersonRequest(
        request_id=new_request(),
        person=Person(name=name, region=region, roles=roles),
        identifiers=Identifiers(display_name="Somebody Made-Up", address="9 Imagined Lane"),
        home=home,
    )


def granting(name: str, role: Role) -> GrantRoleRequest:
    return GrantRoleRequest(request_id=new_request(), name=name, role=role)


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.reason
