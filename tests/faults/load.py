"""The matrix's load while something breaks, and what the stores say afterwards."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from itertools import count
from threading import Event

from chassis.clock import wall_now
from suite import cast
from suite.box import Box
from suite.crowd import Household, households, settle_in
from suite.evidence import REPORTS_FROM, History
from suite.phone import as_person, as_suite
from suite.presses import Press, Producer, Says, alarm, telemetry
from tests.faults.desk import Desk
from tests.faults.stage import Scale

WATCH_PATIENCE_S = 150.0
# Two frames of the same bytes within two minutes are one: no number is used twice in a run.
_PRESSES = count(step=10_000)
_REPORTS = count(REPORTS_FROM, 100_000)


@cache
def crowd_of(box: Box, size: int, seed: int) -> list[Household]:
    """Made-up households with watches, registered."""
    homes = households(size, seed)
    state = box.state()
    desk = as_person(state.rpc, cast.OPERATOR.login, cast.PASSWORD)
    settle_in(as_suite(state.rpc, box.place.run_dir / "keys"), desk, homes)
    return homes


class Load:
    """Producers, telemetry and a desk, each on a thread, until told to stop."""

    def __init__(self, box: Box, scale: Scale) -> None:
        size = scale.households // scale.producers
        crowds = [crowd_of(box, size, 11 + number) for number in range(scale.producers)]
        quiet = crowd_of(box, size, 10)
        self.began, self._over, self._box = wall_now(), Event(), box
        self._desk = Desk(box, self.began)
        self._hands = ThreadPoolExecutor(scale.producers + 2)
        self._presses = [self._start(crowd, scale.rate, alarm, next(_PRESSES)) for crowd in crowds]
        self._reports = self._start(quiet, scale.reports, telemetry, next(_REPORTS))
        self._working = self._hands.submit(self._desk.work_until, self._over)

    def _start(self, homes: Sequence[Household], rate: float, says: Says, first: int) -> Future[list[Press]]:
        watch = self._box.state().watch
        producer = Producer(address=watch, homes=homes, rate=rate, says=says, first=first, patience_s=WATCH_PATIENCE_S)
        return self._hands.submit(producer.press_while, lambda _: not self._over.is_set())

    def stop(self) -> list[Press]:
        """Nothing new is begun; the presses, once all that was begun was answered or given up."""
        self._over.set()
        presses = [press for producer in self._presses for press in producer.result()]
        self._working.result()
        return presses

    def tidy(self) -> None:
        """The desk ends what the last presses opened."""
        self._desk.tidy()

    @property
    def commands_so_far(self) -> int:
        return len(self._desk.commands)

    def history(self) -> History:
        """What everyone tried and was told."""
        return History(
            began=self.began,
            presses=[press.attempt for producer in self._presses for press in producer.result()],
            reports=[press.attempt for press in self._reports.result()],
            commands=[*self._desk.commands],
        )
