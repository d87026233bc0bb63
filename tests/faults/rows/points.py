"""Consumers, relay and engine killed at named points of their work, by a host that kills itself there."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from chassis.clock import pause
from suite.processes import Process
from tests.faults.dying import POINTS
from tests.faults.play import under_load
from tests.faults.stage import READY_S, Row, Stage, Strike, Unstaged

LIVES_A_SECOND = 0.5  # of the window, and point
LOOK_EVERY_S = 0.2
LATE_S = 3.0  # longer than a hand-over waits

CONSUMER = ("before-transaction", "in-transaction", "after-commit", "before-ack", "after-ack")
RELAY = ("before-publish", "before-confirm", "before-mark")
ENGINE = (
    "timer-in-transaction",
    "timer-fired",
    "effect-claimed",
    "effect-called",
    "effect-in-transaction",
    "effect-settled",
)


def die_at(role: str, points: tuple[str, ...]) -> Strike:
    """Every copy dies at point after point, each time at another passage."""

    def strike(stage: Stage) -> None:
        with dying(stage, role, points) as hosts:
            for host in hosts:
                host.live_to_the_end()

    return strike


def die_with_late_consumers(role: str, points: tuple[str, ...]) -> Strike:
    """As `die_at`, while consumers pause again and again: timers of a hand-over fire only for what nobody took up."""

    def strike(stage: Stage) -> None:
        with dying(stage, role, points) as hosts:
            while any(host.has_lives_left() for host in hosts):
                with frozen(stage.processes("events")):
                    pause(LATE_S)
                pause(LATE_S)

    return strike


@contextmanager
def frozen(processes: list[Process]) -> Iterator[None]:
    try:
        for process in processes:
            process.freeze()
        yield
    finally:
        for process in processes:
            process.thaw()


class Dying:
    """One process of the suite in a host that dies so many times."""

    def __init__(self, process: Process, points: tuple[str, ...], lives: int, *, seed: int, folder: Path) -> None:
        self._usual, self._lives = process, lives
        self._deaths = folder / f"deaths of {process.name}"
        self._deaths.write_text("")
        plan = (",".join(points), str(lives), str(seed), str(self._deaths))
        self._host = process.instead("tests.faults.dying", *plan, *process.argv[2:])

    def start(self) -> None:
        self._usual.kill()
        self._host.start()

    def has_lives_left(self) -> bool:
        """Raises ProcessDied when it died of something else."""
        if not self._host.running:
            self._host.wait_ready(0)
        return len(self._deaths.read_text().splitlines()) < self._lives

    def live_to_the_end(self) -> None:
        while self.has_lives_left():
            pause(LOOK_EVERY_S)

    def end(self) -> None:
        self._host.kill()
        self._usual.start()
        self._usual.wait_ready(READY_S)


@contextmanager
def dying(stage: Stage, role: str, points: tuple[str, ...]) -> Iterator[list[Dying]]:
    processes = stage.processes(role)
    lives = len(points) * max(1, round(LIVES_A_SECOND * stage.scale.window_s / len(processes)))
    folder = stage.box.place.run_dir
    hosts = [Dying(each, points, lives, seed=stage.draw.randrange(1000), folder=folder) for each in processes]
    try:
        for host in hosts:
            host.start()
        yield hosts
    finally:
        for host in hosts:
            host.end()


assert set(CONSUMER + RELAY + ENGINE) <= set(POINTS)

ROWS = (
    Row(number=9, what="consumers killed at 5 points", play=under_load(die_at("events", CONSUMER)), small=True),
    Row(number=11, what="relay killed between publish and mark", play=under_load(die_at("core", RELAY)), small=True),
)
UNSTAGED: tuple[Unstaged, ...] = ()
