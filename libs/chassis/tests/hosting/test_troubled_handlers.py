"""Handlers that fail, compute for ever or ask for ever cost neither a fact, nor the process, nor their neighbours."""

from collections.abc import Callable
from pathlib import Path

import pytest

from chassis.relay import Relay
from eldercare.order.v1.events_pb2 import OrderPlaced, TaskDone, TaskOpened
from libs.chassis.tests.hosting.conftest import Hosting
from libs.chassis.tests.telling import tell
from suite.testing import TestDatabase
from suite.waiting import until


@pytest.fixture
def released(tmp_path: Path) -> Path:
    """Once it is there, whoever computes is done."""
    return tmp_path / "released"


@pytest.fixture
def troubled(hosting: Hosting, relaying: Callable[..., Relay], released: Path) -> Callable[..., Hosting]:
    def start(**more: str) -> Hosting:
        hosting.host("troubled", MADE_UP_RELEASED=str(released), **more)
        relaying()
        hosting.start()
        hosting.wait_ready()
        return hosting

    return start


def reasons(hosting: Hosting) -> list[str]:
    return [row["reason"] for row in hosting.db.set_aside()]


def test_a_handler_that_fails_or_never_ends_is_ended_twice_and_costs_only_its_own_fact(
    db: TestDatabase, troubled: Callable[..., Hosting]
) -> None:
    consumer = troubled(ELDERCARE_EVENTS_COMPUTING_S="0.2", MADE_UP_STATEMENT="200ms")
    tell(db, "tasks/fails", kind=TaskOpened)
    tell(db, "tasks/computes", kind=TaskDone)
    tell(db, "orders/asks", kind=OrderPlaced)
    tell(db, "incidents/good", times=3)
    until(lambda: len(consumer.db.set_aside()) == 3, "all three are set aside")
    assert consumer.wait_handled(3) == ["incidents/good"] * 3
    assert {row["aggregate"]: (row["reason"], bool(row["parked_at"])) for row in consumer.db.set_aside()} == {
        "tasks/fails": ("ValueError", False),
        "tasks/computes": ("ComputesTooLong", True),
        "orders/asks": ("QueryCanceled", False),
    }
    until(lambda: consumer.in_queue("normal") + consumer.in_queue("urgent") == 0, "nothing comes back")
    for kind in ("fails", "computes", "asks"):
        assert consumer.times(f'"kind": "{kind}"') <= 2, "with its batch, and once more by itself"


def test_a_handler_that_computes_past_the_heartbeat_costs_the_connection_and_not_the_process(
    db: TestDatabase, troubled: Callable[..., Hosting], released: Path
) -> None:
    consumer = troubled(ELDERCARE_HEARTBEAT_S="1")
    tell(db, "tasks/computes", kind=TaskDone)
    until(lambda: consumer.says("handler.began"), "it computes")
    until(lambda: consumer.in_queue("normal") == 1, "the broker has given the process up")
    released.touch()
    tell(db, "incidents/next")
    assert sorted(consumer.wait_handled(2)) == ["incidents/next", "tasks/computes"]
    until(lambda: consumer.in_queue("normal") == 0, "what came again was known")
    assert consumer.process.running
    assert len(consumer.handled()) == 2
