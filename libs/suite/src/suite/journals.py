"""The journals of all services, read with the auditor's eyes."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

import psycopg
from google.protobuf.message import Message
from psycopg import Connection
from psycopg.rows import DictRow, dict_row

from chassis.envelope import Envelope
from chassis.journal import read_events

M = TypeVar("M", bound=Message)


class Journals:
    """Facts of every service; the auditor's roles can read and nothing else."""

    def __init__(self, auditors: Mapping[str, str]) -> None:
        self.connections: dict[str, Connection[DictRow]] = {
            service: psycopg.connect(url, autocommit=True, row_factory=dict_row) for service, url in auditors.items()
        }

    def now(self, service: str) -> datetime:
        """That database's time."""
        row = self.connections[service].execute("SELECT app_now() AS now").fetchone()
        return datetime.fromtimestamp(0, UTC) if row is None else row["now"]

    def of(self, fact: type[M], *, since: datetime, correlation: str = "") -> Iterator[tuple[Envelope, M]]:
        """Facts of one type, in order; only those of a story when a correlation is given."""
        name = fact.DESCRIPTOR.full_name
        service = name.split(".")[1]
        where: str = "type = %s AND time >= %s"
        params: tuple[Any, ...] = (name, since)
        if correlation:
            where, params = f"{where} AND correlation = %s", (*params, correlation)
        for envelope, message in read_events(self.connections[service], service, where=where, params=params):
            assert isinstance(message, fact)  # noqa: S101 - the where clause says so
            yield envelope, message

    def story(self, correlation: str) -> list[tuple[Envelope, Message]]:
        """All facts of one story, from every service, in time order."""
        facts = [
            fact
            for service, connection in self.connections.items()
            for fact in read_events(connection, service, where="correlation = %s", params=(correlation,))
        ]
        return sorted(facts, key=lambda fact: (fact[0].time, fact[0].sequence))

    def close(self) -> None:
        for connection in self.connections.values():
            connection.close()
