"""psycopg's waits given to eventlet's hub: no selector is built for every statement. For events processes alone."""

from select import POLLOUT
from typing import Any

from eventlet.hubs import trampoline
from eventlet.patcher import original
from psycopg import Connection
from psycopg.abc import RV, PQGen
from psycopg.rows import DictRow, dict_row
from psycopg.waiting import Ready, Wait

from chassis.database import Session, session


class GreenConnection(Session):
    """Connects as any other does; then only the greenlet that waits for an answer stands still."""

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        socket = self.pgconn.socket
        try:
            wanted = next(gen)
            while True:
                wanted = gen.send(_ready(socket, wanted))
        except StopIteration as done:
            answer: RV = done.value
            return answer


def _ready(socket: int, wanted: Wait) -> Ready:
    if not wanted & Wait.W:
        trampoline(socket, read=True)
        return Ready.R
    if not _takes_bytes(socket):
        trampoline(socket, write=True)
    return Ready.W


def _takes_bytes(socket: int) -> bool:
    """Nearly always: not worth a turn of the hub."""
    poll: Any = original("select").poll()
    poll.register(socket, POLLOUT)
    return bool(poll.poll(0))


def connect(url: str, *, name: str, **settings: str) -> Connection[DictRow]:
    """A connection of its own, in autocommit; raises psycopg.OperationalError."""
    return GreenConnection.connect(url, autocommit=True, row_factory=dict_row, **session(name, **settings))
