"""One transaction: what a use case may touch."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, cast

from google.protobuf.message import Message
from psycopg import Connection
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from chassis.context import Caller, Context
from chassis.envelope import Envelope, event_rule
from chassis.ids import uuid7
from chassis.trace import current_traceparent

__all__ = ["Caller", "Context", "Envelope", "Work"]

Params = Sequence[Any] | Mapping[str, Any]


class Work:
    """A transaction with its clock, its context and what it will ring for after the commit."""

    def __init__(
        self,
        connection: Connection[DictRow],
        context: Context,
        *,
        caller: Caller | None = None,
        event: Envelope | None = None,
    ) -> None:
        self.connection = connection
        self.context = context
        self.caller = caller
        self.event = event
        self.rings: set[str] = set()
        self._now: datetime | None = None

    @property
    def now(self) -> datetime:
        """The database's time at the start of the transaction, aware UTC."""
        if self._now is None:
            (row,) = self.all("SELECT app_now() AS now")
            self._now = cast("datetime", row["now"]).astimezone(UTC)
        return self._now

    def one(self, sql: str, params: Params = ()) -> DictRow | None:
        return self.connection.execute(sql.encode(), params or None).fetchone()

    def all(self, sql: str, params: Params = ()) -> list[DictRow]:
        return self.connection.execute(sql.encode(), params or None).fetchall()

    def run(self, sql: str, params: Params = ()) -> int:
        return self.connection.execute(sql.encode(), params or None).rowcount

    def lock(self, aggregate: str) -> None:
        """Takes the aggregate's write lock before it has a row."""
        self.run("SELECT lock_aggregate(%s)", [aggregate])

    def publish(
        self,
        message: Message,
        *,
        aggregate: str,
        region: str | None = None,
        person: str | None = None,
        correlation: str | None = None,
        rule: str = "",
    ) -> str:
        """Appends the fact to the journal, and to the outbox unless its contract keeps it at home. Returns its id."""
        event_id, context, known = uuid7(), self.context, event_rule(type(message))
        self.run(
            "SELECT append_event(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                event_id,
                message.DESCRIPTOR.full_name,
                aggregate,
                context.correlation if correlation is None else correlation,
                context.causation,
                context.actor,
                context.region if region is None else region,
                context.person if person is None else person,
                rule,
                current_traceparent() or context.traceparent,
                message.SerializeToString(deterministic=True),
                not known.journal_only,
            ],
        )
        self.rings.add("outbox")
        return str(event_id)

    def set_timer(self, key: str, kind: str, due: datetime, payload: Mapping[str, Any] | None = None) -> None:
        """Sets or moves the timer of that key."""
        self.run(
            """INSERT INTO timers (key, kind, due_at, payload, context) VALUES (%s, %s, %s, %s, %s)
               ON CONFLICT (key) DO UPDATE SET kind = excluded.kind, due_at = excluded.due_at,
                   payload = excluded.payload, context = excluded.context,
                   attempts = 0, error = '', parked_at = NULL""",
            [key, kind, due, Jsonb(dict(payload or {})), Jsonb(self.context.as_json())],
        )
        self.rings.add("timers")

    def cancel_timer(self, key: str) -> bool:
        return self.run("DELETE FROM timers WHERE key = %s", [key]) == 1

    def request_effect(
        self,
        key: str,
        kind: str,
        request: Mapping[str, Any],
        *,
        due: datetime | None = None,
        timeout_s: float = 10,
    ) -> None:
        """Asks core for a call to the outside; a second request with the same key changes nothing."""
        self.run(
            """INSERT INTO effects (key, kind, request, context, due_at, timeout_s)
               VALUES (%s, %s, %s, %s, coalesce(%s, app_now()), %s) ON CONFLICT (key) DO NOTHING""",
            [key, kind, Jsonb(dict(request)), Jsonb(self.context.as_json()), due, timeout_s],
        )
        self.rings.add("effects")
