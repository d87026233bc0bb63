"""Suites to play rows on: one at a time, kept while rows leave it whole and need the same, thrown away otherwise."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path

from suite.box import Box, BoxPlace
from suite.seed import seed
from suite.servers import Servers
from suite.wire import Wire
from tests.faults.stage import FULL, Needs, Row, Stage


class Theatre:
    """Close it at the end."""

    def __init__(self, servers: Servers, folder: Path) -> None:
        self._servers, self._folder = servers, folder
        self._open = ExitStack()
        self._built: tuple[Needs, Box, Mapping[str, Wire]] | None = None
        self._numbers = count(1)

    @contextmanager
    def stage(self, row: Row, seed: int) -> Iterator[Stage]:
        """A suite that is whole. One on which a row went red is not used again."""
        box, wires = self._for(row.needs)
        stage = Stage(box=box, row=row.number, seed=seed, scale=FULL, wires=wires)
        try:
            yield stage
            stage.mend()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        self._built = None
        self._open.close()

    def _for(self, needs: Needs) -> tuple[Box, Mapping[str, Wire]]:
        if self._built is None or self._built[0] != needs:
            self.close()
            wires = self._wires() if needs.wires else {}
            self._built = needs, self._box(needs, wires), wires
        return self._built[1:]

    def _wires(self) -> dict[str, Wire]:
        urls = {"rabbitmq": self._servers.amqp_url, "postgres": self._servers.postgres_url}
        return {name: self._open.enter_context(Wire.to(url)) for name, url in urls.items()}

    def _box(self, needs: Needs, wires: Mapping[str, Wire]) -> Box:
        name = f"faults_{next(self._numbers)}"
        place = BoxPlace(
            run_dir=self._folder / name, prefix=f"{name}_", vhost=name, replicas=needs.replicas, reach=_reach(wires)
        )
        box = self._open.enter_context(Box(place, self._servers, progress=lambda _: None))
        seed(box.state(), progress=lambda _: None)
        return box


def _reach(wires: Mapping[str, Wire]) -> Callable[[str], str]:
    schemes = {"amqp": "rabbitmq", "postgresql": "postgres"}

    def reach(url: str) -> str:
        wire = wires.get(schemes.get(url.partition(":")[0], ""))
        return url if wire is None else wire.through(url)

    return reach
