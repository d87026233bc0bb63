"""Reading the append-only journal: for explain, timelines, resend and export."""

import importlib
from collections.abc import Iterator
from typing import Any

from google.protobuf import symbol_database
from google.protobuf.message import Message
from psycopg import Connection
from psycopg.rows import DictRow

from chassis.context import Context
from chassis.envelope import Envelope


def read_events(
    connection: Connection[DictRow], service: str, *, where: str = "true", params: tuple[Any, ...] = ()
) -> Iterator[tuple[Envelope, Message]]:
    """The facts of one database in the order they were written."""
    sql = f"SELECT * FROM events WHERE {where} ORDER BY position"  # noqa: S608 - `where` is a caller's own text
    rows = connection.execute(sql.encode(), params or None).fetchall()
    for row in rows:
        yield envelope_of(row, service), decode(row["type"], row["data"])


def envelope_of(row: DictRow, service: str) -> Envelope:
    """The envelope a journal row leaves the house with."""
    return Envelope(
        id=row["id"],
        type=row["type"],
        source=f"//eldercare/{service}",
        aggregate=row["aggregate"],
        sequence=row["sequence"],
        time=row["time"],
        context=Context.from_json(row),
        rule=row["rule"],
    )


def decode(type_name: str, data: bytes) -> Message:
    """The message of a fact of any service; raises KeyError for a type this release does not have."""
    message = type_of(type_name)()
    message.ParseFromString(data)
    return message


def type_of(type_name: str) -> type[Message]:
    """The class of a fact of any service; raises KeyError for a type this release does not have."""
    package = type_name.rpartition(".")[0]
    importlib.import_module(f"{package}.events_pb2")
    found: type[Message] = symbol_database.Default().GetSymbol(type_name)
    return found
