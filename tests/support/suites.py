"""Whole suites on the run's servers, each with its own databases, virtual host and made-up community."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from suite.box import Box, BoxPlace
from suite.seed import seed
from suite.servers import Servers


@contextmanager
def a_suite(servers: Servers, run_dir: Path, name: str) -> Iterator[Box]:
    place = BoxPlace(run_dir=run_dir, prefix=f"{name}_", vhost=name)
    with Box(place, servers, progress=lambda _: None) as running:
        seed(running.state(), progress=lambda _: None)
        yield running
