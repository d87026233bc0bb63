"""What every message and rpc of the contract must say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from google.protobuf.descriptor_pb2 import DescriptorProto, FileDescriptorSet, MethodDescriptorProto

from eldercare.access.v1 import access_pb2
from tools.contract import write_image
from tools.event_catalogue import Shape, carried
from tools.paths import PROTOS

READS = ("Get", "List", "Find", "Watch", "Search", "Stream", "Download")
IDENTIFYING = frozenset({"phone", "address", "access_notes", "email", "latitude", "longitude", "note", "notes", "text"})
EXACT = ("google.type.LatLng", ".Position", ".Identifiers", ".Home")


def image_of(protos: Path = PROTOS) -> FileDescriptorSet:
    image = FileDescriptorSet()
    with TemporaryDirectory() as scratch:
        image.ParseFromString(write_image(protos, Path(scratch) / "image.binpb").read_bytes())
    return image


def a_lane_belongs_to_the_noun(found: dict[str, Shape]) -> Iterator[str]:
    """An aggregate whose events travel in two lanes loses their order."""
    lanes: dict[tuple[str, str], set[bool]] = {}
    for shape in found.values():
        if shape.is_event:
            lanes.setdefault((shape.producer, shape.aggregate), set()).add(shape.urgent)
    yield from (f"{noun} of {service} travel in two lanes" for (service, noun), lane in lanes.items() if len(lane) > 1)


def events_name_nobody(found: dict[str, Shape]) -> Iterator[str]:
    """Names, phones, addresses and exact positions are never on the bus."""
    for shape in [*(shape for shape in found.values() if shape.is_event), *carried(found)]:
        for field in shape.fields:
            if field.name in IDENTIFYING or field.kind.endswith(EXACT):
                yield f"{shape.full_name}.{field.name} ({field.kind}) would be on the bus"


def every_rpc_has_an_access_rule(image: FileDescriptorSet) -> Iterator[str]:
    for name, method, _ in _methods(image):
        rule = method.options.Extensions[access_pb2.access]
        if not rule.action or not rule.allow:
            yield f"{name} does not say who may call it"


def every_change_can_be_repeated(image: FileDescriptorSet) -> Iterator[str]:
    for name, method, request in _methods(image):
        is_read = method.name.startswith(READS)
        is_open = list(method.options.Extensions[access_pb2.access].allow) == ["public"]
        if not is_read and not is_open and "request_id" not in [field.name for field in request.field]:
            yield f"{name} changes something and takes no request_id"


def _methods(image: FileDescriptorSet) -> Iterator[tuple[str, MethodDescriptorProto, DescriptorProto]]:
    messages = {f".{file.package}.{message.name}": message for file in image.file for message in file.message_type}
    for file in image.file:
        for service in file.service:
            for method in service.method:
                yield f"{service.name}.{method.name}", method, messages[method.input_type]
