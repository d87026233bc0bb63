"""Suites to play rows on: one at a time, kept while rows leave it whole and need the same, thrown away otherwise."""

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

from suite.box import Box, BoxPlace
from suite.seed import seed
from suite.servers import Servers
from tests.faults.stage import FULL, Needs, Row, Stage


class Theatre:
    """Close it at the end."""

    def __init__(self, servers: Servers, folder: Path) -> None:
        self._servers, self._folder = servers, folder
        self._box: Box | None = None
        self._needs: Needs | None = None
        self._numbers = count(1)

    @contextmanager
    def stage(self, row: Row, seed: int) -> Iterator[Stage]:
        """A suite that is whole. One on which a row went red is not used again."""
        stage = Stage(box=self._box_for(row.needs), row=row.number, seed=seed, scale=FULL)
        try:
            yield stage
            stage.mend()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        if self._box is not None:
            self._box.stop()
        self._box = self._needs = None

    def _box_for(self, needs: Needs) -> Box:
        if self._box is None or self._needs != needs:
            self.close()
            self._box, self._needs = self._fresh(needs), needs
        return self._box

    def _fresh(self, needs: Needs) -> Box:
        name = f"faults_{next(self._numbers)}"
        folder = self._folder / name
        place = BoxPlace(run_dir=folder, prefix=f"{name}_", vhost=name, replicas=needs.replicas)
        box = Box(place, self._servers, progress=lambda _: None).start()
        seed(box.state(), progress=lambda _: None)
        return box
