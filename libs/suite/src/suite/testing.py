"""Fixtures over real servers: a migrated copy of a service's database a test, with a clock that can be pushed."""

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
import pytest
from chassis.effects import EffectRunner, Executor
from chassis.journal import read_events
from chassis.retries import SetAsideRunner
from chassis.timers import TimerHandler, TimerRunner
from google.protobuf.message import Message
from psycopg.rows import dict_row

from chassis.context import Caller, Context
from chassis.envelope import Envelope, to_wire
from chassis.ids import uuid7
from chassis.migrate import migrate
from chassis.subscriber import Delivery, Handlers, Subscriber
from chassis.work import Work
from suite.servers import Servers, start_servers
from suite.servers.provision import DatabaseUrls, clone_database, drop_database, provision_databases

DatabaseFactory = Callable[[str], "TestDatabase"]


class TestDatabase:
    """One service's database, as its runtime role sees it."""

    __test__ = False

    def __init__(self, service: str, urls: DatabaseUrls) -> None:
        self.service = service
        self.urls = urls
        self.connection = psycopg.connect(urls.app, autocommit=True, row_factory=dict_row)

    @contextmanager
    def work(
        self, *, actor: str = "persons/test", caller: Caller | None = None, context: Context | None = None
    ) -> Iterator[Work]:
        """One transaction on a connection of its own; commits when the block ends."""
        with psycopg.connect(self.urls.app, autocommit=True, row_factory=dict_row) as connection:
            with connection.transaction():
                yield Work(connection, context or Context(actor=actor), caller=caller)

    def now(self) -> datetime:
        with self.work() as work:
            return work.now

    def events(self, *types: type[Message]) -> list[tuple[Envelope, Message]]:
        """The journal in order, all of it or only these types."""
        wanted = {each.DESCRIPTOR.full_name for each in types}
        return [
            (envelope, message)
            for envelope, message in read_events(self.connection, self.service)
            if not wanted or envelope.type in wanted
        ]

    def messages(self, *types: type[Message]) -> list[Message]:
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

    def deliver(
        self,
        handlers: Handlers,
        message: Message,
        *,
        aggregate: str,
        id: UUID | str | None = None,
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

    def set_aside(self) -> list[dict[str, object]]:
        return list(self.connection.execute("SELECT * FROM set_aside ORDER BY id").fetchall())

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


def pytest_configure(config: pytest.Config) -> None:
    """One set of private servers for all workers of a run, started by the first test that needs them."""
    if not hasattr(config, "workerinput"):
        os.environ["ELDERCARE_TEST_RUN"] = tempfile.mkdtemp(prefix="eldercare-test-")


@pytest.fixture(scope="session")
def servers(worker_id: str) -> Iterator[Servers]:
    """PostgreSQL, RabbitMQ and Redis of this worker's own."""
    run_dir = Path(os.environ["ELDERCARE_TEST_RUN"]) / worker_id
    with start_servers(run_dir, durable=False, progress=lambda _: None) as running:
        yield running


@pytest.fixture(scope="session")
def templates(servers: Servers) -> Callable[[str], DatabaseUrls]:
    """Migrated template databases, made once a run."""
    made: dict[str, DatabaseUrls] = {}

    def template(service: str) -> DatabaseUrls:
        if service not in made:
            urls = provision_databases(servers, [service], prefix="template_")[service]
            migrate(urls.owner, service)
            made[service] = urls
        return made[service]

    return template


@pytest.fixture
def database(servers: Servers, templates: Callable[[str], DatabaseUrls]) -> Iterator[DatabaseFactory]:
    """`database("order")`: a fresh copy of that service's migrated database."""
    made: list[tuple[str, TestDatabase]] = []

    def copy(service: str) -> TestDatabase:
        template, name = templates(service), f"test_{service}_{uuid4().hex[:12]}"
        clone_database(servers, f"template_{service}", name)
        made.append((name, TestDatabase(service, template.on(name))))
        return made[-1][1]

    yield copy
    for name, each in made:
        each.close()
        drop_database(servers, name)
