"""Notify's channels and its engine: providers that fail in every way, an engine that is killed or frozen."""

from chassis.clock import pause
from tests.faults.play import under_load
from tests.faults.rows.points import ENGINE, die_with_late_consumers
from tests.faults.rows.processes import freeze
from tests.faults.stage import READY_S, Row, Stage, Unstaged


def mistreat(stage: Stage) -> None:
    """Every copy of core has channels that fail, time out, or answer twice."""
    usual = stage.processes("core")
    hosts = [each.instead("tests.faults.mistreated", str(stage.seed), *each.argv[2:]) for each in usual]
    try:
        for right, host in zip(usual, hosts, strict=True):
            right.kill()
            host.start()
            host.wait_ready(READY_S)
        pause(stage.scale.window_s)
    finally:
        for right, host in zip(usual, hosts, strict=True):
            host.kill()
            right.start()
            right.wait_ready(READY_S)


ROWS = (
    Row(number=25, what="channels fail, time out, answer twice", play=under_load(mistreat)),
    Row(
        number=26,
        what="engine killed at 6 points",
        play=under_load(die_with_late_consumers("core", ENGINE)),
        small=True,
    ),
    Row(number=27, what="engine frozen past its deadlines", play=under_load(freeze("core"))),
)
UNSTAGED: tuple[Unstaged, ...] = ()
