"""Every row of docs/access.md, played over rpc against the service that owns the operation."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import grpc
import pytest
from google.protobuf import descriptor_pool, message_factory
from google.protobuf.message import Message
from grpc_status import rpc_status

from chassis.context import Caller
from chassis.rpc.client import refused
from chassis.seal import Seals
from suite.testing import DatabaseFactory, RpcFactory, RunningRpc
from tests.access.cast import NOW, Things, caller_of, nothing
from tests.access.requests import REQUESTS
from tests.access.worlds import HOSTS, WORLDS
from tools.access_matrix import (
    ALLOWED,
    ELSEWHERE,
    LEFT_OUT,
    MISSING,
    NOTHING,
    SCOPE,
    UNKNOWN,
    WHY,
    Operation,
    Row,
    operations,
    rows,
)

DENIED = frozenset({UNKNOWN, MISSING, ELSEWHERE, NOTHING, WHY, SCOPE})
BROKEN = frozenset({"INTERNAL", "INVALID_ARGUMENT", "UNKNOWN", "UNREACHABLE"})
OPERATIONS = [each for each in operations() if each.name in REQUESTS]
ENVIRONS = {
    "payment": {
        "ELDERCARE_PAYMENT_PROCESSOR_URL": "http://127.0.0.1:1",
        "ELDERCARE_PAYMENT_PROCESSOR_SECRET": "made-up",
    },
    "order": {f"ELDERCARE_RPC_{name}": "127.0.0.1:1" for name in ("PEOPLE", "DEVICE", "NOTIFY")},
}
Enter = Callable[[Operation], "Door"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """One operation of a running service that knows both elders."""

    operation: Operation
    running: RunningRpc
    own: Things
    other: Things

    def play(self, row: Row) -> str:
        """What the row is answered: `allowed` also where the service then says no for a reason of its own."""
        things = self.other if row.case == "other" else self.own
        try:
            told = self.call(self.ask(things), *self._token_and_purpose(row))
        except grpc.RpcError as error:
            reason = refused(error).reason
            return reason if reason in DENIED | BROKEN else ALLOWED
        return LEFT_OUT if self.operation.is_batch and not told.ListFields() else ALLOWED

    def ask(self, things: Things) -> Any:
        request: Any = REQUESTS[self.operation.name](things)
        if "request_id" in request.DESCRIPTOR.fields_by_name:
            request.request_id = str(uuid4())
        return request

    def call(self, request: Message, token: str, purpose: str) -> Any:
        channel = self.running.plain_channel()
        kind: Any = channel.unary_stream if self.operation.is_stream else channel.unary_unary
        method = descriptor_pool.Default().FindMethodByName(self.operation.path[1:].replace("/", "."))
        answer = message_factory.GetMessageClass(method.output_type)
        call = kind(self.operation.path, type(request).SerializeToString, answer.FromString)
        metadata = tuple(pair for pair in (("authorization", f"Bearer {token}"), ("purpose", purpose)) if pair[1])
        told = call(request, timeout=10, metadata=metadata)
        return next(iter(told), None) if self.operation.is_stream else told

    def _token_and_purpose(self, row: Row) -> tuple[str, str]:
        if row.who == "nobody":
            return "", ""
        caller = caller_of(row.who, row.case, self.operation.rule)
        life = timedelta(minutes=-5 if row.case == "expired" else 5)
        return self.token(caller, life), caller.purpose

    def token(self, caller: Caller, life: timedelta = timedelta(minutes=5)) -> str:
        issuer = caller.subject.removeprefix("services/") if caller.is_service else "people"
        return self.running.identity_of(issuer).vouch(caller.subject, caller.roles, life, scopes=caller.scopes)


@pytest.fixture
def enter(database: DatabaseFactory, rpc: RpcFactory, rpc_keys: Path) -> Enter:
    def entered(operation: Operation) -> Door:
        service = HOSTS.get(operation.service, operation.service)
        db = database(service)
        own, other = WORLDS[service](db, Seals.load(rpc_keys / f"{service}.seals"))
        running = rpc(service, db=db, environ=ENVIRONS.get(service))
        return Door(operation=operation, running=running, own=own, other=other)

    return entered


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda each: each.name)
def test_every_row_is_answered_as_the_contract_says(enter: Enter, operation: Operation) -> None:
    door = enter(operation)
    played = [(row, door.play(row)) for row in rows(operation)]
    assert [f"{row.who}, {row.case}: {heard}, not {row.answer}" for row, heard in played if heard != row.answer] == []


ABOUT_SOMETHING = [each for each in OPERATIONS if each.rule.object]


@pytest.mark.parametrize("operation", ABOUT_SOMETHING, ids=lambda each: each.name)
def test_what_belongs_to_another_and_what_does_not_exist_are_answered_byte_for_byte_the_same(
    enter: Enter, operation: Operation
) -> None:
    door = enter(operation)
    for who in ("elder", "family", "worker", "operator", "provider", "stranger"):
        token, guessed, missing = door.token(NOW[who]), door.other, nothing()
        assert _refusal(door, guessed, token) == _refusal(door, missing, token), who


def _refusal(door: Door, things: Things, token: str) -> tuple[str, bytes]:
    """The whole answer, with the id that was asked for struck out."""
    asked = door.ask(things)
    try:
        told = door.call(asked, token, "matrix")
    except grpc.RpcError as error:
        status: Any = rpc_status.from_call(error)  # type: ignore[arg-type]
        plain: bytes = status.SerializeToString(deterministic=True)
        for uuid in _uuids(things):
            plain = plain.replace(uuid.encode(), b"-" * 36)
        return str(error.code()), plain
    if door.operation.is_batch and not told.ListFields():
        return LEFT_OUT, told.SerializeToString()
    pytest.fail(f"answered {type(told).__name__} to somebody it does not concern")


def _uuids(things: Things) -> list[str]:
    parts = [
        part
        for name in (things.person, things.device, things.alarm, things.incident, things.order)
        for part in name.split("/")
    ]
    more = (things.settlement, things.task, things.provider, things.api_key, things.export)
    parts += [part for name in more for part in name.split("/")]
    return [part for part in parts if _is_uuid(part)]


def _is_uuid(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True


def test_a_row_says_what_was_answered_not_what_was_expected(enter: Enter) -> None:
    (operation,) = (each for each in OPERATIONS if each.name == "order.OrderService.GetOrder")
    door = enter(operation)
    assert door.play(Row(who="family", case="own", answer=ALLOWED)) == ALLOWED
    assert door.play(Row(who="family", case="other", answer=NOTHING)) == NOTHING
    assert door.play(Row(who="family", case="revoked", answer=NOTHING)) == NOTHING
