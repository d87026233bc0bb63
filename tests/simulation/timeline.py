"""One seed, one timeline: trouble while people act, then everything is whole again, then two days pass."""

import gc
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from tests.simulation import promises
from tests.simulation.community import found
from tests.simulation.cores import CORES, SEALS
from tests.simulation.memory import Memory, Untold
from tests.simulation.people import People
from tests.simulation.plan import MINUTE, plan_of
from tests.simulation.processes import BEGINNING, Broken, seconds
from tests.simulation.standing_in import standing_in
from tests.simulation.suite import Suite


class Simulation:
    """The founded community; every timeline begins with it."""

    def __init__(self) -> None:
        self.suite: Suite | None = None
        self.memories = {service: Memory(service, self._now) for service in CORES}
        with standing_in():
            found(self.memories, {name: core.handlers for name, core in CORES.items()}, SEALS)
        gc.collect()
        gc.freeze()  # what stays for ever is not looked through again in each timeline

    def _now(self) -> int:
        return self.suite.now if self.suite else BEGINNING

    def play(self, seed: int) -> Suite:
        """Raises Broken with what happened and how to see it again."""
        for memory in self.memories.values():
            memory.forget()
        with standing_in(), tidying_afterwards():
            self.suite = suite = Suite(seed, self.memories, promises.Watch())
            try:
                _play(suite)
            except (Broken, Untold, Exception) as broken:
                raise Broken(_report(suite, broken)) from broken
            finally:
                suite.end()
                self.suite = None
        return suite


@contextmanager
def tidying_afterwards() -> Iterator[None]:
    """What a timeline leaves behind goes at once when it is over: looking for it on the way costs a fifth."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _report(suite: Suite, broken: BaseException) -> str:
    again = f"SEED={suite.seed} pytest tests/simulation -k one_timeline"
    return f"{type(broken).__name__}: {broken}\n{suite.telling()}\n{suite.weather}\nplay it again: {again}"


def _play(suite: Suite) -> None:
    people, rng = People(suite), suite.rng
    plan = plan_of(rng)
    trouble = seconds(plan.trouble_s)
    for after, elder, kinds in plan.presses:
        suite.later(seconds(after), partial(people.press, elder, kinds))
    for after in plan.acts:
        suite.later(seconds(after), people.something)
    if rng.random() < 0.3:
        start = rng.randrange(trouble)
        suite.later(start, lambda: suite.broker.go_down(suite.now + seconds(rng.uniform(1, 60))))
    suite.run_until(suite.now + trouble)
    suite.heal()
    suite.run_until(suite.now + seconds(plan.patience_s))
    _tidy_up(suite, people)
    suite.run_until(suite.now + seconds(50 * 60 * MINUTE))
    promises.at_rest(suite)


def _tidy_up(suite: Suite, people: People) -> None:
    """The desk ends what is still open: orders first, then incidents."""
    order = suite.memories["order"].db
    unfinished = "SELECT name FROM orders WHERE state NOT IN ('completed','confirmed','declined','cancelled','missed')"
    for _ in range(3):
        for (name,) in order.execute(unfinished).fetchall():
            people.cancel(name)
        suite.run_until(suite.now + seconds(20))
        for (name,) in order.execute("SELECT name FROM incidents WHERE state = 'open'").fetchall():
            people.close(name)
        suite.run_until(suite.now + seconds(20))


def fingerprint(suite: Suite) -> str:
    """The same seed tells the same story, to the letter, and leaves the same facts."""
    told = [suite.telling()]
    for memory in suite.memories.values():
        told += map(repr, memory.db.execute("SELECT * FROM events ORDER BY position"))
    return hashlib.sha256("\n".join(told).encode()).hexdigest()
