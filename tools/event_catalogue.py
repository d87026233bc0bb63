"""Every published event, read from the contract's descriptors and the services' handler tables."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from google.protobuf.descriptor_pb2 import DescriptorProto, FieldDescriptorProto, FileDescriptorProto, FileDescriptorSet

from eldercare.event.v1 import event_pb2

MESSAGES = FileDescriptorProto.MESSAGE_TYPE_FIELD_NUMBER
FIELDS = DescriptorProto.FIELD_FIELD_NUMBER
OURS = "eldercare."


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    name: str
    kind: str
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    full_name: str
    comment: str
    fields: tuple[Field, ...]
    aggregate: str
    urgent: bool
    journal_only: bool

    @property
    def name(self) -> str:
        return self.full_name.rpartition(".")[2]

    @property
    def producer(self) -> str:
        return self.full_name.split(".")[1]

    @property
    def is_event(self) -> bool:
        return bool(self.aggregate)


def shapes(image: FileDescriptorSet) -> dict[str, Shape]:
    ours = (file for file in image.file if file.package.startswith(OURS))
    return {shape.full_name: shape for file in ours for shape in _shapes_of(file)}


def _shapes_of(file: FileDescriptorProto) -> Iterator[Shape]:
    comments = {tuple(place.path): _joined(place.leading_comments) for place in file.source_code_info.location}
    for number, message in enumerate(file.message_type):
        option = message.options.Extensions[event_pb2.event]
        fields = (
            Field(name=field.name, kind=_kind(field), comment=comments.get((MESSAGES, number, FIELDS, place), ""))
            for place, field in enumerate(message.field)
        )
        yield Shape(
            full_name=f"{file.package}.{message.name}",
            comment=comments.get((MESSAGES, number), ""),
            fields=tuple(fields),
            aggregate=option.aggregate,
            urgent=option.urgent,
            journal_only=option.journal_only,
        )


def _joined(comment: str) -> str:
    return " ".join(comment.split())


def _kind(field: FieldDescriptorProto) -> str:
    plain = FieldDescriptorProto.Type.Name(field.type).removeprefix("TYPE_").lower()
    name = field.type_name.removeprefix(".") or plain
    return f"repeated {name}" if field.label == FieldDescriptorProto.LABEL_REPEATED else name


def carried(found: dict[str, Shape]) -> list[Shape]:
    """Messages that events carry inside them, directly or deeper."""
    seen: set[str] = set()
    waiting = [shape for shape in found.values() if shape.is_event]
    while waiting:
        inside = {field.kind.removeprefix("repeated ") for field in waiting.pop().fields}
        fresh = {name for name in inside & found.keys() if not found[name].is_event} - seen
        seen |= fresh
        waiting += [found[name] for name in fresh]
    return [found[name] for name in sorted(seen)]


def consumers(services: Path) -> dict[str, list[str]]:
    """Event → services that have a handler for it."""
    found: dict[str, list[str]] = {}
    for service in sorted(path.name for path in services.iterdir() if path.is_dir()):
        for event in _handled_by(service):
            found.setdefault(event, []).append(service)
    return found


def _handled_by(service: str) -> list[str]:
    package = f"{service}_service"
    if importlib.util.find_spec(package) is None or importlib.util.find_spec(f"{package}.handlers") is None:
        return []
    handlers = importlib.import_module(f"{package}.handlers").HANDLERS
    return sorted(message.DESCRIPTOR.full_name for message in handlers)
