"""Suites to play rows on: one at a time, kept while rows leave it whole and need the same, thrown away otherwise."""

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path

from suite.box import Box, BoxPlace
from suite.seed import seed
from suite.servers import Servers
from suite.servers.cluster import Cluster, cluster
from suite.wire import Wire
from tests.faults.stage import FULL, Needs, Row, Scale, Stage
from tests.faults.wishes import FOLDER

ROOT = Path(__file__).parents[2]


class Theatre:
    """Close it at the end."""

    def __init__(self, servers: Servers, folder: Path, scale: Scale = FULL) -> None:
        self._servers, self._folder, self._scale = servers, folder, scale
        self._open = ExitStack()
        self._built: tuple[Needs, Box, Mapping[str, Wire]] | None = None
        self._numbers = count(1)

    @contextmanager
    def stage(self, row: Row, seed: int) -> Iterator[Stage]:
        """A suite that is whole. One on which a row went red is not used again."""
        box, wires = self._for(row.needs)
        stage = Stage(box=box, row=row.number, seed=seed, scale=self._scale, wires=wires)
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
        urls = {"amqp": self._servers.amqp_url, "postgresql": self._servers.postgres_url}
        return {scheme: self._open.enter_context(Wire.to(url)) for scheme, url in urls.items()}

    def _box(self, needs: Needs, wires: Mapping[str, Wire]) -> Box:
        name, servers = f"faults_{next(self._numbers)}", self._servers
        reach = {scheme: wire.through for scheme, wire in wires.items()}
        if needs.broker_nodes > 1:
            broker = self._cluster()
            servers, reach = Servers(servers.place, {**servers.all, "rabbitmq": broker}), {"amqp": broker.through_all}
        folder = self._folder / name
        place = BoxPlace(
            run_dir=folder,
            prefix=f"{name}_",
            vhost=name,
            extra={FOLDER: str(folder), "PYTHONPATH": str(ROOT)},
            replicas=needs.replicas,
            reach=lambda url: reach.get(url.partition(":")[0], str)(url),
            events_host=needs.events,
        )
        box = self._open.enter_context(Box(place, servers, progress=lambda _: None))
        seed(box.state(), progress=lambda _: None)
        return box

    def _cluster(self) -> Cluster:
        """Started once; its rows are neighbours."""
        nodes = cluster(self._servers.place)
        self._open.callback(nodes.close)
        nodes.start()
        return nodes
