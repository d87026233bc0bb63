"""`people`'s own rpc, as its core serves it, without relay and timers beside it."""

import os
import signal
import threading

from chassis.core import RunningCore
from chassis.environment import CoreEnvironment, ServiceEnvironment
from chassis.serve_core import server_of
from chassis.settings import load
from people_service.entrypoints.core import CORE


def main() -> None:
    environment = load(ServiceEnvironment, os.environ, service="people")
    core = RunningCore(CORE, load(CORE.settings, os.environ), environment, {})
    core.database.open()
    server = server_of(load(CoreEnvironment, os.environ).rpc_address, [core])
    server.start(core.names)
    over = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: over.set())
    over.wait()
    server.stop(1)


if __name__ == "__main__":
    main()
