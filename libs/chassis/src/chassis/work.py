"""One transaction: what a use case may touch."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Self, cast

from google.protobuf.message import Message
from psycopg import Connection
from psycopg.rows import DictRow

from chassis.context import Caller, Context
from chassis.envelope import Envelope, event_rule
from chassis.record import EffectRequest, Record, Together
from chassis.trace import current_traceparent

__all__ = ["Caller", "Context", "EffectRequest", "Envelope", "Work"]

Params = Sequence[Any] | Mapping[str, Any]


def bell_of(kind: str, lane: str = "") -> str:
    """The channel of one kind of effect, or of a lane of it: whoever makes others need not look."""
    return f"effects.{kind}.{lane}" if lane else f"effects.{kind}"


class Work:
    """A transaction with its clock, its context and what it will ring for after the commit.

    Used as a context inside the transaction: what it told, set and asked for is written at its end. Events of one
    batch share a `record`, which is then written by whoever holds the batch. `now`: where that is known already.
    """

    def __init__(
        self,
        connection: Connection[DictRow],
        context: Context,
        *,
        caller: Caller | None = None,
        event: Envelope | None = None,
        record: Record | None = None,
        now: datetime | None = None,
    ) -> None:
        self.connection = connection
        self.context = context
        self.caller = caller
        self.event = event
        self.rings: set[str] = set()
        self._now = now and now.astimezone(UTC)
        self._record = record
        self._is_shared = record is not None

    def __enter__(self) -> Self:
        self._record = self._record or Record()
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None and not self._is_shared:
            self._kept.write(self.connection)

    @property
    def _kept(self) -> Record:
        assert self._record is not None, "outside of `with work` nobody would write it"  # noqa: S101 - a bug of ours
        return self._record

    def within(self, context: Context) -> "Work":
        """The same transaction for another story: what is told belongs to that one."""
        other = Work(self.connection, context, record=self._kept, now=self._now)
        other.rings = self.rings
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
        for name in sorted(aggregates):
            self.run("SELECT lock_aggregate(%s)", [name])

    def together(self, write: Together, item: Any) -> None:
        """`write` gets all items at the end of the transaction, or of a batch of facts: they cannot be read before."""
        self._kept.gather(write, item)

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
        return str(self._kept.facts.tell(message, aggregate, context, rule=rule, leaves=leaves))

    def set_timer(self, key: str, kind: str, due: datetime, payload: Mapping[str, Any] | None = None) -> None:
        """Sets or moves the timer of that key."""
        self._kept.set_timer(key, kind, due, payload or {}, self.context)
        self.rings.add("timers")

    def cancel_timer(self, key: str) -> None:
        """Nothing happens where there is none."""
        self._kept.cancel_timer(key)

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

    def request_effects(self, requests: Sequence[EffectRequest]) -> None:
        """As `request_effect`, many of them."""
        for each in requests:
            self._kept.request_effect(each, self.context)
            self.rings.add(bell_of(each.kind, each.lane))
