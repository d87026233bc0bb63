"""What probes say of whole processes, and how they end."""

import os
import signal
from collections.abc import Callable

import pytest

from suite.box import Box
from suite.servers import Servers
from suite.waiting import until
from tests.operation.conftest import Answer

Probe = Callable[[str, str], Answer]
WELL = (200, "ok")
ALL = ("core", "events", "ingress", "gateway")


@pytest.mark.parametrize("name", ["core", "ingress", "gateway"])
def test_a_frozen_process_answers_no_probe_and_lives_on_when_it_thaws(box: Box, probe: Probe, name: str) -> None:
    pid = box.processes[name].pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    try:
        assert probe(name, "/livez") == (0, "")
    finally:
        os.kill(pid, signal.SIGCONT)
    until(lambda: probe(name, "/livez") == WELL, "it lives")


def test_a_hung_database_takes_readiness_and_never_liveness(box: Box, servers: Servers, probe: Probe) -> None:
    servers.postgres.freeze()
    try:
        until(lambda: "not connected: " in probe("core", "/readyz")[1], "core says so", patience_s=60)
        until(lambda: probe("ingress", "/readyz") == (503, "the database cannot be reached"), "ingress says so")
        assert [probe(name, "/livez") for name in ALL] == [WELL] * 4
    finally:
        servers.postgres.thaw()
    until(lambda: all(probe(name, "/readyz") == WELL for name in ALL), "all are ready again", patience_s=60)


def test_without_the_broker_a_core_still_takes_calls_and_says_what_it_lacks(
    box: Box, servers: Servers, probe: Probe
) -> None:
    servers.rabbitmq.kill()
    try:
        lost = 'eldercare_relay_broker_connected{service="order"} 0.0'
        until(lambda: lost in probe("core", "/metrics")[1], "the figures say so", patience_s=60)
        assert probe("core", "/readyz") == WELL
    finally:
        servers.rabbitmq.start()
    until(lambda: probe("events", "/readyz") == WELL, "facts are consumed again", patience_s=60)


@pytest.mark.parametrize("name", ["gateway", "ingress", "events", "core"])
def test_told_to_stop_a_process_ends_well(box: Box, name: str) -> None:
    process = box.processes[name]
    process.stop(grace=30)
    assert process.returncode == 0
    process.start()
    process.wait_ready(60)


@pytest.mark.parametrize("name", ["ingress", "core"])
def test_told_to_stop_while_the_database_hangs_a_process_is_gone_in_time(
    box: Box, servers: Servers, probe: Probe, name: str
) -> None:
    process = box.processes[name]
    servers.postgres.freeze()
    try:
        until(lambda: probe(name, "/readyz")[0] == 503, "it waits for the database", patience_s=60)
        process.stop(grace=60)
        assert process.returncode in {0, -signal.SIGALRM}, (
            "it ended by itself or by the kernel's countdown, never SIGKILL"
        )
    finally:
        servers.postgres.thaw()
    process.start()
    process.wait_ready(60)
