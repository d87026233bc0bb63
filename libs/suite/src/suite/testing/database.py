"""One service's database in a test, worked on as core and the consumers do."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
from google.protobuf.message import Message
from psycopg.rows import dict_row

from chassis.context import Caller, Context
from chassis.effect_runner import EffectRunner
from chassis.effects import Executor
from chassis.envelope import Envelope, to_wire
from chassis.ids import uuid7
from chassis.journal import read_events
from chassis.retries import SetAsideRunner
from chassis.subscriber import Delivery, Handlers, Subscriber
from chassis.timers import TimerHandler, TimerRunner
from chassis.work import Work
from suite.servers.provision import DatabaseUrls

DatabaseFactory = Callable[[str], "TestDatabase"]


class TestDatabase:
    """One service's database, as its runtime role sees it."""

    __test__ = False

    def __init__(self, service: str, urls: DatabaseUrls) -> None:
        self.service = service
        self.urls = urls
        self.reconnect()

    def reconnect(self) -> None:
        """For a test that has stopped the server."""
        self.connection = psycopg.connect(self.urls.app, autocommit=True, row_factory=dict_row)

    @contextmanager
    def work(
        self, *, actor: str = "persons/test", caller: Caller | None = None, context: Context | None = None
    ) -> Iterator[Work]:
        """One transaction on a connection of its own; commits when the block ends."""
        connect = psycopg.connect(self.urls.app, autocommit=True, row_factory=dict_row)
        with (
            connect as connection,
            connection.transaction(),
            Work(connection, context or Context(actor=actor), caller=caller) as work,
        ):
            yield work

    def now(self) -> datetime:
        with self.work() as work:
            return work.now

    def rows(self, sql: str, *params: object) -> list[dict[str, Any]]:
        """What a query finds, for asserting what was stored."""
        return list(self.connection.execute(sql.encode(), params or None).fetchall())

    def events(self, *types: type[Message]) -> list[tuple[Envelope, Any]]:
        """The journal in order, all of it or only these types."""
        wanted = {each.DESCRIPTOR.full_name for each in types}
        return [
            (envelope, message)
            for envelope, message in read_events(self.connection, self.service)
            if not wanted or envelope.type in wanted
        ]

    def messages(self, *types: type[Message]) -> list[Any]:
        return [message for _, message in self.events(*types)]

    def push_clock(self, **shift: float) -> None:
        """Moves the database's clock: `push_clock(minutes=5)`."""
        push_clock(self.urls.tester, timedelta(**shift))

    def run_timers(self, timers: Mapping[str, TimerHandler]) -> int:
        """Fires all that is due at the pushed now, also what firing makes due. Returns how many fired."""
        runner = TimerRunner(self.urls.app, self.service, timers)
        return _drain(lambda: runner.tick(self.connection))

    def run_effects(self, effects: Mapping[str, Executor]) -> int:
        """Makes the calls that are due; returns how many were made."""
        runner = EffectRunner(self.urls.app, self.service, effects)
        return _drain(lambda: runner.tick(self.connection))

    def run_retries(self, handlers: Handlers) -> int:
        """Retries what was set aside and is due."""
        runner = SetAsideRunner(self.urls.app, Subscriber(self.service, handlers))
        return _drain(lambda: runner.tick(self.connection))

    def deliver(  # noqa: PLR0913 - what an envelope carries
        self,
        handlers: Handlers,
        message: Message,
        *,
        aggregate: str,
        id: UUID | str | None = None,  # noqa: A002 - CloudEvents calls it so
        correlation: str = "",
        region: str = "",
        person: str = "",
        actor: str = "services/test",
        sequence: int = 1,
    ) -> UUID:
        """Brings a fact as the broker does: claimed, handled, set aside on failure. Returns the event's id."""
        event_id = UUID(str(id)) if id else uuid7()
        envelope = Envelope(
            id=event_id,
            type=message.DESCRIPTOR.full_name,
            source="//eldercare/test",
            aggregate=aggregate,
            sequence=sequence,
            time=self.now(),
            context=Context(correlation=correlation, region=region, person=person, actor=actor),
        )
        wire = to_wire(envelope, message.SerializeToString())
        self.deliver_raw(handlers, Delivery(headers=wire.headers, content_type=wire.content_type, body=wire.body))
        return event_id

    def deliver_raw(self, handlers: Handlers, *deliveries: Delivery) -> None:
        Subscriber(self.service, handlers).process(self.connection, deliveries)

    def set_aside(self) -> list[dict[str, Any]]:
        return self.rows("SELECT * FROM set_aside ORDER BY id")

    def close(self) -> None:
        self.connection.close()


def push_clock(tester_url: str, shift: timedelta) -> None:
    """Moves a database's clock further; only the tester role may."""
    with psycopg.connect(tester_url, autocommit=True) as connection:
        connection.execute("UPDATE clock SET shift = shift + %s", [shift])


def _drain(tick: Callable[[], int]) -> int:
    total = 0
    while done := tick():
        total += done
    return total
