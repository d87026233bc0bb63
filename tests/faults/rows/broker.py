"""The broker: killed, frozen, in alarm; one node, or nodes of three."""

from pathlib import Path

from chassis.clock import pause
from suite.servers.rabbitmq import control
from tests.faults.play import under_load
from tests.faults.stage import Needs, Row, Stage, Unstaged

THREE = Needs(broker_nodes=3)
DOWN_S, CALM_S = 5.0, 15.0
SPARE_THREADS = 4  # of pools that grow with the load


def kill_leader(stage: Stage) -> None:
    """kill -9 of the node that leads the urgent queue, five seconds of nothing, again and again."""
    for _ in stage.moments(apart_s=CALM_S):
        node = stage.leader()
        node.kill()
        pause(min(DOWN_S, stage.scale.window_s))
        node.restart()


def kill_each(stage: Stage) -> None:
    """One node after the other, each back before the next goes."""
    for node in stage.brokers:
        node.kill()
        pause(DOWN_S)
        node.restart()
        pause(stage.draw.uniform(0.5, 1.0) * DOWN_S)


def kill_two(stage: Stage) -> None:
    """No majority: nothing can be confirmed, and the press must not notice."""
    gone = stage.draw.sample(list(stage.brokers), 2)
    for node in gone:
        node.kill()
    pause(stage.scale.window_s)
    stage.box.servers.rabbitmq.start()


def freeze_leader(stage: Stage) -> None:
    """It is there, and it answers nothing."""
    node = stage.leader()
    node.freeze()
    pause(stage.scale.window_s)
    node.thaw()


def alarm(stage: Stage) -> None:
    """No room in memory for half of the window, none on the disk for the other: publishers are blocked, not refused."""
    (broker,) = stage.brokers
    before = _threads(stage)
    for raised, calm in (
        (("set_vm_memory_high_watermark", "0.000001"), ("set_vm_memory_high_watermark", "0.3")),
        (("set_disk_free_limit", str(10**14)), ("set_disk_free_limit", "100MB")),
    ):
        try:
            control(broker, *raised)
            pause(stage.scale.window_s / 2)
        finally:
            control(broker, *calm)
    assert _threads(stage) <= before + SPARE_THREADS, "core has more threads than before the alarm"


def _threads(stage: Stage) -> int:
    return sum(len(list(Path(f"/proc/{process.pid}/task").iterdir())) for process in stage.processes("core"))


ROWS = (
    Row(number=1, what="broker's leader killed", play=under_load(kill_leader), needs=THREE, small=True),
    Row(number=2, what="each broker node in turn killed", play=under_load(kill_each), needs=THREE),
    Row(number=3, what="two of three broker nodes gone", play=under_load(kill_two), needs=THREE),
    Row(number=4, what="broker's leader frozen", play=under_load(freeze_leader), needs=THREE, small=True),
    Row(number=5, what="broker in memory alarm, then in disk alarm", play=under_load(alarm), small=True),
)
UNSTAGED: tuple[Unstaged, ...] = ()
