"""The broker: killed, frozen, in alarm."""

from pathlib import Path

from chassis.clock import pause
from suite.servers.rabbitmq import control
from suite.servers.server import BinaryServer
from tests.faults.play import under_load
from tests.faults.stage import Row, Stage, Unstaged

DOWN_S, CALM_S = 5.0, 15.0
SPARE_THREADS = 4  # of pools that grow with the load


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


def alarm(stage: Stage) -> None:
    """No room in memory for half of the window, none on the disk for the other: publishers are blocked, not refused."""
    broker = stage.box.servers.rabbitmq
    assert isinstance(broker, BinaryServer), "alarms are raised on a broker of this machine"
    before = _threads(stage)
    for raised, calm in (
        (("set_vm_memory_high_watermark", "0.000001"), ("set_vm_memory_high_watermark", "0.3")),
        (("set_disk_free_limit", "100TB"), ("set_disk_free_limit", "100MB")),
    ):
        control(broker, *raised)
        pause(stage.scale.window_s / 2)
        control(broker, *calm)
    assert _threads(stage) <= before + SPARE_THREADS, "core has more threads than before the alarm"


def _threads(stage: Stage) -> int:
    return sum(len(list(Path(f"/proc/{process.pid}/task").iterdir())) for process in stage.processes("core"))


ROWS = (
    Row(number=1, what="broker killed", play=under_load(kill), small=True),
    Row(number=4, what="broker frozen", play=under_load(freeze), small=True),
    Row(number=5, what="broker in memory alarm, then in disk alarm", play=under_load(alarm), small=True),
)
UNSTAGED: tuple[Unstaged, ...] = ()
