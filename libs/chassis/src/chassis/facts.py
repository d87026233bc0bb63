"""Facts told in one transaction: kept in their order, written with one statement at its end."""

from typing import Any
from uuid import UUID

from google.protobuf.message import Message
from psycopg import Connection
from psycopg.rows import DictRow

from chassis.context import Context
from chassis.ids import uuid7

_APPEND_ONE = b"SELECT append_event(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
_APPEND = b"""SELECT append_events(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[], %s::text[],
                                   %s::text[], %s::text[], %s::text[], %s::bytea[], %s::boolean[])"""


class Facts:
    """Not yet in the journal. The aggregates are locked when they are written, in the order of their names."""

    def __init__(self) -> None:
        self._rows: list[tuple[Any, ...]] = []

    def tell(self, message: Message, aggregate: str, context: Context, *, rule: str, leaves: bool) -> UUID:
        """Returns the id of the fact. `leaves`: to the outbox as well."""
        event_id = uuid7()
        self._rows.append(
            (
                event_id,
                message.DESCRIPTOR.full_name,
                aggregate,
                context.correlation,
                context.causation,
                context.actor,
                context.region,
                context.person,
                rule,
                context.traceparent,
                message.SerializeToString(deterministic=True),
                leaves,
            )
        )
        return event_id

    def write(self, connection: Connection[DictRow]) -> None:
        """Appends them to the journal, and to the outbox what does not stay at home."""
        rows, self._rows = self._rows, []
        if len(rows) == 1:  # a column of its own for each value costs more than the fact
            connection.execute(_APPEND_ONE, rows[0])
        elif rows:
            connection.execute(_APPEND, [list(column) for column in zip(*rows, strict=True)])
