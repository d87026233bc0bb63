"""A speaker with a relay, and a listener, on a virtual host of the test's own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import Any

import pytest

from chassis.relay import Relay
from libs.chassis.tests.telling import LISTENER, SPEAKER, Listener
from suite.testing import Brokers, DatabaseFactory, TestDatabase

Relaying = Callable[..., Relay]


@pytest.fixture
def db(database: DatabaseFactory) -> TestDatabase:
    return database("people")


@pytest.fixture
def urls(broker: Brokers) -> dict[str, str]:
    return broker(SPEAKER, LISTENER)


@pytest.fixture
def relaying(db: TestDatabase, urls: dict[str, str]) -> Iterator[Relaying]:
    """Starts a relay of the speaker's database; stopped at the end."""
    started: list[Relay] = []

    def start(**options: Any) -> Relay:
        started.append(Relay(db.urls.app, urls[SPEAKER], SPEAKER, **options))
        started[-1].loop.start()
        return started[-1]

    yield start
    for relay in started:
        relay.loop.stop()
        relay.loop.join()


@pytest.fixture
def listening(urls: dict[str, str]) -> Iterator[Callable[..., Listener]]:
    with ExitStack() as stack:
        yield lambda *kinds: stack.enter_context(closing(Listener(urls[LISTENER], *kinds)))
