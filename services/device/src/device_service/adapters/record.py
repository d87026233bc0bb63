"""An event as plain JSON data: what is stored, compared and sent over a pipe."""

from base64 import b64encode
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any

from device_service.adapters.events import Event

Json = dict[str, Any]


def to_record(event: Event) -> Json:
    return {"kind": event.kind, **{name: _plain(getattr(event, name)) for name in _names(event)}}


def _names(value: Any) -> tuple[str, ...]:
    return tuple(item.name for item in fields(value))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return b64encode(value).decode("ascii")
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in sorted(value.items())}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if is_dataclass(value):
        return {name: _plain(getattr(value, name)) for name in _names(value)}
    return str(value) if isinstance(value, str) else value
