"""PostgreSQL: killed, stopped, out of room, held up."""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import psycopg

from chassis.clock import pause
from tests.faults.play import under_load
from tests.faults.small_disk import CAN_MOUNT, small_disk
from tests.faults.stage import Row, Stage, Unstaged

CALM_S = 10.0


def kill_postgres(stage: Stage) -> None:
    """kill -9 of all of it, or an immediate stop: no transaction is finished."""
    server = stage.box.servers.postgres
    for _ in stage.moments(apart_s=CALM_S):
        if server.pid is not None and stage.draw.random() < 0.5:
            os.kill(server.pid, signal.SIGQUIT)
            pause(stage.draw.uniform(0, 0.5))
        server.kill()
        server.restart()


def fill_disk(stage: Stage) -> None:
    """No room for one more alarm: it is not acknowledged, and the watch keeps it until there is."""
    with small_disk(stage.box.servers, stage.database("device"), "alarms") as disk:
        disk.fill()
        pause(stage.scale.window_s)
        disk.clear()
        pause(stage.scale.tail_s)


def idle_in_transaction(stage: Stage) -> None:
    """Somebody's session holds the oldest snapshot of every database and says nothing more."""
    with ExitStack() as open_sessions:
        for service in stage.box.databases:
            open_sessions.enter_context(_idle(stage.database(service)))
        pause(stage.scale.window_s)


@contextmanager
def _idle(url: str) -> Iterator[None]:
    with psycopg.connect(url) as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        connection.execute("SELECT txid_current(), count(*) FROM outbox")
        yield
        connection.rollback()


NO_ROOM = "no room on device's disk"
ROWS = (
    *([Row(number=19, what=NO_ROOM, play=under_load(fill_disk))] if CAN_MOUNT else []),
    Row(number=17, what="PostgreSQL killed, or stopped at once", play=under_load(kill_postgres), small=True),
    Row(number=20, what="an idle transaction in every database", play=under_load(idle_in_transaction)),
)
UNSTAGED = (
    () if CAN_MOUNT else (Unstaged(number=19, what=NO_ROOM, why="only root may mount a disk of a few megabytes"),)
)
