"""Clocks that are wrong: of a process, of a watch. The databases' decides."""

from chassis.clock import pause
from tests.faults.play import under_load
from tests.faults.stage import READY_S, Row, Stage, Unstaged

HOUR_S = 3600


def jump(stage: Stage) -> None:
    """One copy of each process is an hour ahead, then an hour behind."""
    usual = [stage.processes(role)[-1] for role in ("core", "events")]
    for seconds in (HOUR_S, -HOUR_S):
        wrong = [each.instead("tests.faults.skewed", str(seconds), *each.argv[2:]) for each in usual]
        for right, skewed in zip(usual, wrong, strict=True):
            right.kill()
            skewed.start()
            skewed.wait_ready(READY_S)
        pause(stage.scale.window_s / 2)
        for skewed in wrong:
            skewed.kill()
    for right in usual:
        right.start()
        right.wait_ready(READY_S)


ROWS = (Row(number=35, what="clock of a process an hour ahead, then behind", play=under_load(jump)),)
UNSTAGED: tuple[Unstaged, ...] = ()
