"""What a probe sees of a consuming process that is stalled, frozen, cut off, or told to stop in the middle of it."""

import os
import signal

from libs.chassis.tests.hosting.conftest import Hosting
from libs.chassis.tests.telling import tell
from suite.servers import Servers
from suite.testing import TestDatabase
from suite.waiting import until

STALLED = (503, "the hub stands still")


def test_a_handler_that_keeps_the_processor_is_seen_and_named(db: TestDatabase, consuming: Hosting) -> None:
    with consuming.computing():
        tell(db, "incidents/a")
        until(lambda: consuming.answer("/livez") == STALLED, "liveness fails, and says why", patience_s=30)
        assert consuming.answer("/metrics") == STALLED
    assert consuming.wait_handled(1) == ["incidents/a"]
    until(lambda: consuming.answer("/livez") == (200, "ok"), "it lives again")
    status, figures = consuming.answer("/metrics")
    assert status == 200
    assert "process_start_time_seconds" in figures


def test_a_frozen_process_answers_no_probe_and_lives_on_when_it_thaws(db: TestDatabase, consuming: Hosting) -> None:
    assert consuming.process.pid is not None
    os.kill(consuming.process.pid, signal.SIGSTOP)
    try:
        assert consuming.answer("/livez") == (0, "")
        tell(db, "incidents/a")
    finally:
        os.kill(consuming.process.pid, signal.SIGCONT)
    consuming.wait_handled(1)
    assert consuming.answer("/livez") == (200, "ok")


def test_a_lost_database_is_told_though_there_is_nothing_to_handle_and_is_no_reason_to_start_again(
    servers: Servers, consuming: Hosting
) -> None:
    servers.postgres.freeze()
    try:
        lost = (503, "the database cannot be reached: notify")
        until(lambda: consuming.answer("/readyz") == lost, "readiness says what is missing", patience_s=30)
        assert consuming.answer("/livez") == (200, "ok")
    finally:
        servers.postgres.thaw()
    consuming.wait_ready()


def test_a_lost_broker_is_told_and_is_no_reason_to_start_again(servers: Servers, consuming: Hosting) -> None:
    servers.rabbitmq.kill()
    try:
        lost = (503, "not consuming: notify")
        until(lambda: consuming.answer("/readyz") == lost, "readiness says what is missing", patience_s=30)
        assert consuming.answer("/livez") == (200, "ok")
    finally:
        servers.rabbitmq.start()
    consuming.wait_ready()


def test_told_to_stop_while_a_handler_never_ends_it_is_gone_in_time_and_the_fact_waits_for_the_next(
    db: TestDatabase, consuming: Hosting
) -> None:
    with consuming.computing():
        tell(db, "incidents/a")
        until(lambda: consuming.answer("/livez") == STALLED, "the handler keeps the processor", patience_s=30)
        consuming.ask_to_end()
        until(lambda: not consuming.process.running, "the kernel has ended it")
    assert consuming.process.returncode == -signal.SIGALRM
    assert consuming.handled() == []
    consuming.start()
    assert consuming.wait_handled(1) == ["incidents/a"]
