"""The broker: killed, frozen, in alarm."""

from chassis.clock import pause
from tests.faults.play import under_load
from tests.faults.stage import Row, Stage, Unstaged

DOWN_S, CALM_S = 5.0, 15.0


def kill(stage: Stage) -> None:
    """kill -9 and five seconds of nothing, again and again."""
    for _ in stage.moments(apart_s=CALM_S):
        stage.box.servers.rabbitmq.kill()
        pause(min(DOWN_S, stage.scale.window_s))
        stage.box.servers.rabbitmq.restart()


def freeze(stage: Stage) -> None:
    """It is there, and it answers nothing."""
    stage.box.servers.rabbitmq.freeze()
    pause(stage.scale.window_s)
    stage.box.servers.rabbitmq.thaw()


ROWS = (
    Row(number=1, what="broker killed", play=under_load(kill), small=True),
    Row(number=4, what="broker frozen", play=under_load(freeze), small=True),
)
UNSTAGED: tuple[Unstaged, ...] = ()
