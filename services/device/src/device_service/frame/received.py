"""A frame between the socket and the store, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from device_service.adapters.contract import SessionState
from device_service.adapters.events import Alarm, Event


@dataclass(slots=True, kw_only=True)
class Received:
    """`state` is the session before this frame, so that the frame can be read again with a device's options.

    Session and number name the frame before the store does. `retried`: a transaction with it failed, perhaps only
    in telling us so.
    """

    adapter: str
    identity: str
    session: UUID
    number: int
    data: bytes
    state: SessionState
    events: tuple[Event, ...] = ()
    replies: tuple[bytes, ...] = ()
    reason: str = ""
    second_session: bool = False
    retried: bool = False
    is_alarm: bool = field(init=False)

    def __post_init__(self) -> None:
        self.is_alarm = any(isinstance(event.body, Alarm) for event in self.events)


class Verdict(StrEnum):
    """STORED and REPEATED are acknowledged; an UNKNOWN identity hears nothing."""

    STORED = "stored"
    REPEATED = "repeated"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    verdict: Verdict
    replies: tuple[bytes, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    alarms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Stray:
    """Bytes without a device: of an unknown identity, or no frame at all."""

    adapter: str
    identity: str
    reason: str
    data: bytes
