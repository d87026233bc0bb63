"""Starts the three servers side by side and stops what it started."""

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

from suite.servers.find import WAYS, servers_for
from suite.servers.place import Place, end_leftovers, open_place
from suite.servers.server import Kind, Server, shown

ALL = ("postgres", "rabbitmq", "redis")


class Servers:
    """Running servers; close() stops those this process started and leaves the others alone."""

    def __init__(self, place: Place, servers: dict[str, Server]) -> None:
        self.place, self.all = place, servers
        self.postgres, self.rabbitmq, self.redis = (servers[name] for name in ALL)

    @property
    def postgres_url(self) -> str:
        return self.postgres.at.url

    @property
    def amqp_url(self) -> str:
        return self.rabbitmq.at.url

    @property
    def amqp_management(self) -> str:
        return self.rabbitmq.at.management

    @property
    def redis_url(self) -> str:
        return self.redis.at.url

    def environment(self) -> dict[str, str]:
        """For another process that should use these servers by address."""
        return {
            "ELDERCARE_POSTGRES_URL": self.postgres_url,
            "ELDERCARE_AMQP_URL": self.amqp_url,
            "ELDERCARE_AMQP_MANAGEMENT_URL": self.amqp_management,
            "ELDERCARE_REDIS_URL": self.redis_url,
        }

    def start(self, *names: str, progress: Callable[[str], None] = lambda _: None) -> None:
        """Starts those of the three that do not run yet."""
        waiting = [self.all[name] for name in names if not self.all[name].is_up()]
        _side_by_side([_starter(server, progress) for server in waiting])

    def close(self) -> None:
        try:
            _side_by_side([server.close for server in self.all.values()])
        finally:
            self.place.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def start_servers(
    run_dir: Path,
    *,
    durable: bool = True,
    progress: Callable[[str], None] = print,
    ways: Sequence[Kind] = WAYS,
    only: Sequence[str] = ALL,
) -> Servers:
    """`durable=False` lets a power cut (not a killed process) lose the last moments: for tests.

    What `only` leaves out can be started later with `Servers.start`.

    Raises ServerMissing when one cannot be had, RunDirBusy when another suite lives in this folder.
    """
    place = open_place(run_dir, durable=durable)
    try:
        if ended := end_leftovers(place.run_dir):
            progress(f"ended {ended} processes an earlier run left behind in {place.run_dir}")
        servers = Servers(place, servers_for(place, ways))
    except BaseException:
        place.close()
        raise
    try:
        servers.start(*only, progress=progress)
    except BaseException:
        servers.close()
        raise
    return servers


def _starter(server: Server, progress: Callable[[str], None]) -> Callable[[], None]:
    def start() -> None:
        began = time.monotonic()
        for word in server.start():
            progress(word)
        where = shown(server.at.url)
        progress(f"{server.name} ready at {where} ({server.kind}) after {time.monotonic() - began:.1f} s")

    return start


def _side_by_side(tasks: Sequence[Callable[[], None]]) -> None:
    with ThreadPoolExecutor(max_workers=max(1, len(tasks))) as pool:
        for answer in [pool.submit(task) for task in tasks]:
            answer.result()
