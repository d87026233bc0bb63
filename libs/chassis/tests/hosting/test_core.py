"""A core process: a thread that dies takes the process with it, so that somebody starts a whole one."""

import sys
from pathlib import Path

from eldercare.people.v1.events_pb2 import RegionChanged
from suite.processes import Process
from suite.servers.ports import free_port
from suite.testing import Brokers, DatabaseFactory
from suite.testing.rpc import environ_of
from suite.waiting import until


def test_a_core_whose_relay_dies_ends_and_says_so(
    database: DatabaseFactory, broker: Brokers, rpc_keys: Path, tmp_path: Path
) -> None:
    db, health = database("people"), f"127.0.0.1:{free_port()}"
    environ = environ_of("people", db, rpc_keys) | {
        "ELDERCARE_PEOPLE_AMQP_URL": broker("people")["people"],
        "ELDERCARE_CORE_RPC_ADDRESS": f"127.0.0.1:{free_port()}",
        "ELDERCARE_CORE_HEALTH_ADDRESS": health,
    }
    argv, log = [sys.executable, "-m", "libs.chassis.tests.hosting.core"], tmp_path / "core.log"
    core = Process("core", argv, environ, log, f"http://{health}/livez")
    core.start()
    core.wait_ready(60)
    with db.work() as work:
        work.publish(RegionChanged(), aggregate="regions/a")
    until(lambda: not core.running, "the process has ended", patience_s=60)
    core.stop()
    assert core.returncode == 70
    assert "core.thread_died" in log.read_text()
