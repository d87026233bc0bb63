"""What all connections of one listener share."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from device_service.adapters.contract import Adapter
from device_service.frame.received import Stray
from device_service.ingress.limits import Limits
from device_service.ingress.sessions import Sessions
from device_service.ingress.writer import Writer
from device_service.settings import IngressSettings

MOST_STRAYS_WAITING = 1_000


@dataclass(slots=True, kw_only=True)
class Host:
    """`now` is the database's clock as last heard; the store's own is what counts."""

    adapter: Adapter
    settings: IngressSettings
    loop: asyncio.AbstractEventLoop
    writer: Writer
    sessions: Sessions
    limits: Limits
    now: Callable[[], datetime]
    connections: set[Any] = field(default_factory=set)
    strays: deque[Stray] = field(default_factory=lambda: deque(maxlen=MOST_STRAYS_WAITING))

    def welcome(self, connection: Any) -> bool:
        if len(self.connections) >= self.settings.connections:
            return False
        self.connections.add(connection)
        return True

    def farewell(self, connection: Any, identity: str | None) -> None:
        self.connections.discard(connection)
        if identity:
            self.sessions.leave(identity, connection)

    def keep(self, stray: Stray) -> None:
        """Written when there is time; a flood pushes its own oldest out."""
        self.strays.append(stray)
