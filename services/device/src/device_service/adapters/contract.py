"""The adapter seam, api 1: what a wire format is turned into, and what turns it.

An adapter is pure. It opens no socket, reads no clock and keeps nothing between calls; what it must remember
travels in `SessionState`. The same bytes, state and receive time always give the same answer, so every stored
frame can be replayed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, runtime_checkable

from device_service.adapters.events import Event

API = "1"
ENTRY_POINT_GROUP = "eldercare.adapters"


class DecodeError(Exception):
    """The only exception an adapter may raise. The host keeps the bytes and counts the reason."""

    def __init__(self, reason: str, sentence: str) -> None:
        super().__init__(f"{reason}: {sentence}")
        self.reason = reason
        self.sentence = sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class RawMessage:
    adapter: str
    transport: str
    remote: str
    session_id: str
    received_at: datetime
    data: bytes
    meta: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionState:
    """What an adapter remembers of one connection. `options` are the per-model settings of the registry."""

    identity: str | None = None
    dialect: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    """`replies` may leave only after the frame and its events are stored."""

    events: tuple[Event, ...]
    replies: tuple[bytes, ...]
    session: SessionState


@dataclass(frozen=True, slots=True, kw_only=True)
class Garbage:
    """Bytes that are no frame. Kept and counted by the host under `reason`."""

    reason: str
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Framed:
    frames: tuple[bytes, ...]
    rest: bytes
    garbage: tuple[Garbage, ...] = ()


class Line(StrEnum):
    """IDLE: nothing came for the manifest's `idle_flush_ms`. CLOSED: nothing will come any more."""

    OPEN = "open"
    IDLE = "idle"
    CLOSED = "closed"


CommandArgument = str | int | bool | bytes | tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    name: str
    args: Mapping[str, CommandArgument] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandSpec:
    """`consent`: the wearer must have agreed, because the command listens or looks."""

    name: str
    args: tuple[str, ...] = ()
    consent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    id: str
    version: str
    api: str
    title: str
    transports: tuple[str, ...]
    models: tuple[str, ...]
    capabilities: frozenset[str]
    commands: tuple[CommandSpec, ...]
    max_frame: int
    idle_flush_ms: int
    repeat_window_s: int
    licence: str
    contact: str
    options: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@runtime_checkable
class Adapter(Protocol):
    @property
    def manifest(self) -> Manifest: ...

    def frame(self, buffer: bytes, state: SessionState, line: Line = Line.OPEN) -> Framed:
        """Cut whole frames off the front; `rest` comes back with the next bytes and never outgrows `max_frame`."""
        ...

    def decode(self, frame: bytes, state: SessionState, received_at: datetime) -> Decoded: ...

    def encode(self, command: Command, state: SessionState) -> bytes: ...
