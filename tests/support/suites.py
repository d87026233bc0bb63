"""Whole suites on the run's servers, each with its own databases, virtual host and made-up community."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from suite.box import Box, BoxPlace
from suite.seed import seed
from suite.servers import Servers
from suite.wire import Wire


@contextmanager
def a_suite(servers: Servers, run_dir: Path, name: str, wires: Mapping[str, Wire] | None = None) -> Iterator[Box]:
    """`wires`: scheme of a server's address → the line by which processes reach it."""

    def reach(url: str) -> str:
        wire = (wires or {}).get(url.partition(":")[0])
        return wire.through(url) if wire else url

    place = BoxPlace(run_dir=run_dir, prefix=f"{name}_", vhost=name, reach=reach)
    with Box(place, servers, progress=lambda _: None) as running:
        seed(running.state(), progress=lambda _: None)
        yield running
