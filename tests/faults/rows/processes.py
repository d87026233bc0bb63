"""Processes of the suite: killed, frozen, several at once."""

from chassis.clock import pause
from tests.faults.play import under_load
from tests.faults.stage import READY_S, Row, Stage, Strike, Unstaged

CALM_S = 6.0


def kill(*roles: str) -> Strike:
    """kill -9 of one process of these after the other, each started again as a supervisor would."""

    def strike(stage: Stage) -> None:
        for _ in stage.moments(apart_s=CALM_S):
            victim = stage.draw.choice([process for role in roles for process in stage.processes(role)])
            victim.kill()
            victim.start()
            victim.wait_ready(READY_S)

    return strike


def freeze_consumers(stage: Stage) -> None:
    """Zombies: all copies frozen past their heartbeat, then alive again with batches in hand."""
    for process in stage.processes("events"):
        process.freeze()
    pause(stage.scale.window_s)
    for process in stage.processes("events"):
        process.thaw()


ROWS = (
    Row(number=9, what="consumers killed", play=under_load(kill("events")), small=True),
    Row(number=10, what="consumers frozen, then back", play=under_load(freeze_consumers)),
    Row(number=11, what="core with relay, timers and effects killed", play=under_load(kill("core")), small=True),
    Row(number=32, what="processor killed between charge and answer", play=under_load(kill("processor"))),
    Row(number=38, what="ingress and gateway killed", play=under_load(kill("ingress", "gateway")), small=True),
)
UNSTAGED: tuple[Unstaged, ...] = ()
