"""Who may call what, read from the contract: each operation × role × own, other, revoked or expired, and its answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorSet

from eldercare.access.v1 import access_pb2
from tools.contract import write_image
from tools.paths import PROTOS

ALLOWED, UNKNOWN, MISSING, ELSEWHERE, NOTHING, WHY, LEFT_OUT, SCOPE = (
    "allowed",
    "CALLER_UNKNOWN",
    "ROLE_MISSING",
    "NOT_YOUR_REGION",
    "NOT_FOUND",
    "PURPOSE_MISSING",
    "left out",
    "SCOPE_MISSING",
)
# `person` is anyone signed in; a stranger is one who is nothing to anybody.
ROLES = ("elder", "family", "worker", "operator", "supervisor", "provider", "stranger")
# An elder is whom the object concerns, which does not end; a provider without a key gets no token to play; a stranger
# has nothing that could end.
ENDING = frozenset(ROLES) - {"elder", "provider", "stranger"}
SERVICES = ("people", "device", "order", "notify", "payment", "gateway", "suite")


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One rpc and its rule. `name` is `order.OrderService.GetOrder`. A batch names several objects."""

    service: str
    noun: str
    method: str
    rule: access_pb2.Access
    request: str
    is_stream: bool
    is_batch: bool = False

    @property
    def name(self) -> str:
        return f"{self.service}.{self.noun}.{self.method}"

    @property
    def path(self) -> str:
        return f"/eldercare.{self.service}.v1.{self.noun}/{self.method}"

    @property
    def stranger_hears(self) -> str:
        if self.is_batch:
            return LEFT_OUT
        return NOTHING if self.rule.object else ELSEWHERE if self.rule.region else MISSING


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Who asks (`elder`, `services/order`, `nobody`), in which case, and what is answered."""

    who: str
    case: str
    answer: str


def operations(protos: Path = PROTOS) -> list[Operation]:
    image = FileDescriptorSet()
    with TemporaryDirectory() as scratch:
        image.ParseFromString(write_image(protos, Path(scratch) / "image.binpb").read_bytes())
    return sorted(_operations(image), key=lambda each: each.name)


def _operations(image: FileDescriptorSet) -> Iterator[Operation]:
    several = _repeated(image)
    for file in image.file:
        for service in file.service:
            for method in service.method:
                rule = method.options.Extensions[access_pb2.access]
                yield Operation(
                    service=file.package.split(".")[1],
                    noun=service.name,
                    method=method.name,
                    rule=rule,
                    request=method.input_type.lstrip("."),
                    is_stream=method.server_streaming,
                    is_batch=(method.input_type, rule.object) in several,
                )


def _repeated(image: FileDescriptorSet) -> set[tuple[str, str]]:
    """Messages with their repeated fields."""
    return {
        (f".{file.package}.{message.name}", field.name)
        for file in image.file
        for message in file.message_type
        for field in message.field
        if field.label == FieldDescriptorProto.LABEL_REPEATED
    }


def rows(operation: Operation) -> Iterator[Row]:
    """Refusals first: what is allowed may change what is there."""
    yield from sorted(_rows(operation), key=lambda row: row.answer == ALLOWED)


def _rows(operation: Operation) -> Iterator[Row]:
    rule, is_open = operation.rule, "public" in operation.rule.allow
    yield Row(who="nobody", case="no token", answer=ALLOWED if is_open else UNKNOWN)
    for service in (f"services/{name}" for name in SERVICES):
        yield Row(who=service, case="own", answer=ALLOWED if is_open or service in rule.allow else MISSING)
    for role in ROLES:
        for case in _cases(role, rule):
            yield Row(who=role, case=case, answer=_answer(operation, role, case))
    if rule.sensitive:
        for role in sorted(set(rule.allow) & set(ROLES)):
            yield Row(who=role, case="no purpose", answer=WHY)


def _cases(role: str, rule: access_pb2.Access) -> Iterator[str]:
    yield "own"
    if rule.object or rule.region:
        yield "other"
    if role in ENDING:
        yield "revoked"
    yield "expired"


def _answer(operation: Operation, role: str, case: str) -> str:
    allow = operation.rule.allow
    if "public" in allow:
        return ALLOWED
    if case == "expired":
        return UNKNOWN
    if ("person" in allow and role != "provider") or (role in allow and case == "own"):
        return ALLOWED
    # Whom a call is about is not looked at for a key without its scope; where it is one object, nothing is there first.
    return SCOPE if operation.is_batch and role == "provider" else operation.stranger_hears
