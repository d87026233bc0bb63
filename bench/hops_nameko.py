import eventlet

eventlet.monkey_patch()
"""The same hops as stock nameko: dispatch after the commit, `event_handler`, no outbox, no inbox."""

import os

os.environ.setdefault("PSYCOPG_WAIT_FUNC", "wait_selector")

import sys
from collections.abc import Callable
from typing import Any

from eventlet.pools import Pool
from nameko.events import EventDispatcher, event_handler
from nameko.extensions import DependencyProvider
from nameko.runners import ServiceRunner

from bench.hops_nameko_names import EVENT, service_of
from bench.hops_work import HOPS, Told, broker_url, commit_heard, commit_hop, database


class Store(DependencyProvider):  # type: ignore[misc]
    """A few connections; a worker at a time each."""

    def __init__(self, run: Callable[[Any, Told], None]) -> None:
        self._run = run

    def setup(self) -> None:
        self._pool = Pool(create=database, max_size=4)

    def get_dependency(self, worker_ctx: Any) -> Callable[[Told], None]:
        def commit(told: Told) -> None:
            with self._pool.item() as connection:
                self._run(connection, told)

        return commit


def service(hop: int) -> type:
    def heard(self: Any, told: Told) -> None:
        self.commit(told)
        if hop <= HOPS:
            self.dispatch(EVENT, told)

    def run(connection: Any, told: Told) -> None:
        commit_heard(connection, told) if hop > HOPS else commit_hop(connection, told, hop)

    entrypoint = event_handler(service_of(hop - 1), EVENT)(heard)
    parts = {"name": service_of(hop), "commit": Store(run), "dispatch": EventDispatcher(), "heard": entrypoint}
    return type("Hop", (), parts)


def main(hop: int) -> None:
    runner = ServiceRunner({"AMQP_URI": broker_url()})
    runner.add_service(service(hop))
    runner.start()
    runner.wait()


if __name__ == "__main__":
    main(int(sys.argv[1]))
