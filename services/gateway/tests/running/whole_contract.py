"""Services that answer every call of the contract with every field filled, so that each route has something to show."""

from __future__ import annotations

from collections.abc import Callable
from concurrent import futures
from typing import Any

import grpc
from google.protobuf import descriptor_pool
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass

WORD = "00000000-0000-4000-8000-00000000000a"  # whole as a name's last part, a challenge or a sentence
SECONDS = 1_790_000_000
_MAKE: dict[int, Callable[[FieldDescriptor], Any]] = {
    FieldDescriptor.CPPTYPE_STRING: lambda field: b"made up" if field.type == field.TYPE_BYTES else WORD,
    FieldDescriptor.CPPTYPE_BOOL: lambda _: True,
    FieldDescriptor.CPPTYPE_ENUM: lambda field: field.enum_type.values[-1].number,  # type: ignore[union-attr]
    FieldDescriptor.CPPTYPE_DOUBLE: lambda _: 0.5,
    FieldDescriptor.CPPTYPE_FLOAT: lambda _: 0.5,
    FieldDescriptor.CPPTYPE_MESSAGE: lambda field: filled(field.message_type),  # type: ignore[arg-type]
}


def filled(kind: Descriptor) -> Message:
    """One of everything; numbers are 7, as many as `made up` has bytes."""
    if kind.full_name == "google.protobuf.Timestamp":
        return GetMessageClass(kind)(seconds=SECONDS)
    message = GetMessageClass(kind)()
    for field in kind.fields:
        _fill(message, field)
    return message


def _fill(message: Message, field: FieldDescriptor) -> None:
    options: Any = field.message_type and field.message_type.GetOptions()
    if options and options.map_entry:
        getattr(message, field.name)["made_up"] = WORD
        return
    make = _MAKE.get(field.cpp_type)
    value = make(field) if make else 7
    if field.is_repeated:
        getattr(message, field.name).append(value)
    elif isinstance(value, Message):
        getattr(message, field.name).CopyFrom(value)
    else:
        setattr(message, field.name, value)


class _Answers(grpc.GenericRpcHandler):
    def __init__(self, heard: list[Message]) -> None:
        self._heard = heard

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[Any, Any] | None:
        service, _, method = handler_call_details.method.lstrip("/").partition("/")
        found: MethodDescriptor = descriptor_pool.Default().FindServiceByName(service).methods_by_name[method]
        coding: dict[str, Any] = {
            "request_deserializer": GetMessageClass(found.input_type).FromString,
            "response_serializer": lambda answer: answer.SerializeToString(),
        }
        if found.server_streaming:
            return grpc.unary_stream_rpc_method_handler(lambda asked, _: iter([self._answer(found, asked)]), **coding)
        return grpc.unary_unary_rpc_method_handler(lambda asked, _: self._answer(found, asked), **coding)

    def _answer(self, method: MethodDescriptor, request: Message) -> Message:
        self._heard.append(request)
        return filled(method.output_type)


class WholeContract:
    """All services behind one port; `heard` is what reached them."""

    def __init__(self) -> None:
        self.heard: list[Message] = []
        self._server = grpc.server(futures.ThreadPoolExecutor(8))
        self._server.add_generic_rpc_handlers((_Answers(self.heard),))
        self.address = f"127.0.0.1:{self._server.add_insecure_port('127.0.0.1:0')}"
        self._server.start()

    def stop(self) -> None:
        self._server.stop(0).wait()
