"""One transaction: what a use case may touch."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Self, cast

from google.protobuf.message import Message
from psycopg import Connection
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from chassis.context import Caller, Context
from chassis.envelope import Envelope, event_rule
from chassis.facts import Facts
from chassis.trace import current_traceparent

__all__ = ["Caller", "Context", "Envelope", "Work"]

Params = Sequence[Any] | Mapping[str, Any]


def bell_of(kind: str, lane: str = "") -> str:
    """The channel of one kind of effect, or of a lane of it: whoever makes others need not look."""
    return f"effects.{kind}.{lane}" if lane else f"effects.{kind}"


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectRequest:
    """A call to the outside that is asked for. `due`: not before; None: at once. `lane`: with threads of its own."""

    key: str
    kind: str
    request: Mapping[str, Any]
    due: datetime | None = None
    timeout_s: float = 10
    lane: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "kind": self.kind,
            "request": dict(self.request),
            "due": self.due.isoformat() if self.due else None,
            "timeout_s": self.timeout_s,
            "lane": self.lane,
        }


class Work:
    """A transaction with its clock, its context and what it will ring for after the commit.

    Used as a context inside the transaction: the facts it told are written at its end. Events of one batch share
    `facts`, which are then written by whoever holds the batch.
    """

    def __init__(
        self,
        connection: Connection[DictRow],
        context: Context,
        *,
        caller: Caller | None = None,
        event: Envelope | None = None,
        facts: Facts | None = None,
    ) -> None:
        self.connection = connection
        self.context = context
        self.caller = caller
        self.event = event
        self.rings: set[str] = set()
        self._now: datetime | None = None
        self._facts = facts
        self._is_shared = facts is not None

    def __enter__(self) -> Self:
        self._facts = self._facts or Facts()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None and self._facts is not None and not self._is_shared:
            self._facts.write(self.connection)

    def within(self, context: Context) -> "Work":
        """The same transaction for another story: what is told belongs to that one."""
        other = Work(self.connection, context, facts=self._facts)
        other.rings, other._now = self.rings, self._now
        return other

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

    def lock(self, *aggregates: str) -> None:
        """Takes the write locks of aggregates before they have rows; always in the same order."""
        self.run("SELECT lock_aggregate(name) FROM unnest(%s::text[]) AS name", [sorted(aggregates)])

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
        """Tells a fact: to the journal, and to the outbox unless its contract keeps it at home. Returns its id."""
        assert self._facts is not None, "outside of `with work` nobody would write it"  # noqa: S101 - a bug of ours
        own = self.context
        context = replace(
            own,
            correlation=own.correlation if correlation is None else correlation,
            region=own.region if region is None else region,
            person=own.person if person is None else person,
            traceparent=current_traceparent() or own.traceparent,
        )
        leaves = not event_rule(type(message)).journal_only
        if leaves:
            self.rings.add("outbox")
        return str(self._facts.tell(message, aggregate, context, rule=rule, leaves=leaves))

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
        self.request_effects([EffectRequest(key=key, kind=kind, request=request, due=due, timeout_s=timeout_s)])

    def request_effects(self, requests: Sequence["EffectRequest"]) -> None:
        """As `request_effect`, many with one statement."""
        if not requests:
            return
        self.run(
            """INSERT INTO effects (key, kind, lane, request, context, due_at, timeout_s)
               SELECT e.key, e.kind, e.lane, e.request, %s, coalesce(e.due, app_now()), e.timeout_s
               FROM jsonb_to_recordset(%s)
                   AS e(key text, kind text, lane text, request jsonb, due timestamptz, timeout_s real)
               ON CONFLICT (key) DO NOTHING""",
            [Jsonb(self.context.as_json()), Jsonb([each.as_json() for each in requests])],
        )
        self.rings.update(bell_of(each.kind, each.lane) for each in requests)
