"""Asks a database every second whether it is there, for processes that otherwise speak to it only when told."""

from psycopg import Connection
from psycopg.rows import DictRow

from chassis.loops import Loop

EVERY_S = 1.0
SILENT_S = 5.0


class Pulse(Loop):
    """A thread and a connection of its own; on eventlet's hub where that runs."""

    def __init__(self, service: str, database_url: str) -> None:
        super().__init__(database_url, name=f"{service}.pulse", channel="pulse", tick=_ask, poll_s=EVERY_S)
        self.service = service

    @property
    def is_lost(self) -> bool:
        return not self.is_connected or self.silent_s() > SILENT_S


def _ask(connection: Connection[DictRow]) -> int:
    connection.execute("SELECT 1")
    return 0
