"""Processes of the suite: killed, frozen, several at once."""

import psycopg

from chassis.clock import pause
from tests.faults.play import under_load
from tests.faults.stage import READY_S, Needs, Row, Stage, Strike, Unstaged

CALM_S = 6.0
END_RELAY = """SELECT pg_terminate_backend(a.pid) FROM pg_stat_activity a JOIN pg_locks l ON l.pid = a.pid
               WHERE a.application_name = %s AND l.locktype = 'advisory' AND l.granted"""


def kill(*roles: str) -> Strike:
    """kill -9 of one process of these after the other, each started again as a supervisor would."""

    def strike(stage: Stage) -> None:
        for _ in stage.moments(apart_s=CALM_S):
            victim = stage.draw.choice([process for role in roles for process in stage.processes(role)])
            victim.kill()
            victim.start()
            victim.wait_ready(READY_S)

    return strike


def freeze(role: str) -> Strike:
    """Zombies: all copies frozen past heartbeats and deadlines, then alive again with work in hand."""

    def strike(stage: Stage) -> None:
        for process in stage.processes(role):
            process.freeze()
        pause(stage.scale.window_s)
        for process in stage.processes(role):
            process.thaw()

    return strike


def end_relays(stage: Stage) -> None:
    """Three relays a database; the session of the one at work is ended again and again, and another takes over."""
    for _ in stage.moments(apart_s=CALM_S / 3):
        service = stage.draw.choice(list(stage.box.databases))
        with psycopg.connect(stage.database(service), autocommit=True) as connection:
            connection.execute(END_RELAY, [f"{service}.relay"])


ROWS = (
    Row(number=10, what="consumers frozen, then back", play=under_load(freeze("events"))),
    Row(number=12, what="three relays at once", play=under_load(end_relays), needs=Needs(replicas=3)),
    Row(number=40, what="core killed at any moment", play=under_load(kill("core")), small=True),
    Row(
        number=38,
        what="ingress, gateway and processor killed",
        play=under_load(kill("ingress", "gateway", "processor")),
        small=True,
    ),
)
UNSTAGED: tuple[Unstaged, ...] = ()
