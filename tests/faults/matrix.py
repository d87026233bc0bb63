"""Rows of the fault matrix that can be staged today, by their number in the reliability page."""

from collections.abc import Callable, Mapping

from chassis.clock import pause
from suite.box import Box
from tests.support.load import Fault, kill_process, kill_server

FROZEN_S = 30.0


def freeze_broker(box: Box) -> Fault:
    """The broker hangs: it is there, and it answers nothing."""

    def fault() -> None:
        box.servers.rabbitmq.freeze()
        pause(FROZEN_S)
        box.servers.rabbitmq.thaw()

    return fault


def freeze_consumers(box: Box) -> Fault:
    """A zombie: frozen past its heartbeat, then alive again with a batch in hand."""

    def fault() -> None:
        box.processes["events"].freeze()
        pause(FROZEN_S)
        box.processes["events"].thaw()

    return fault


ROWS: Mapping[int, tuple[str, Callable[[Box], Fault]]] = {
    1: ("broker killed", lambda box: kill_server(box, "rabbitmq")),
    4: ("broker frozen", freeze_broker),
    9: ("consumers killed", lambda box: kill_process(box, "events")),
    10: ("consumers frozen, then back", freeze_consumers),
    11: ("core with relay, timers and effects killed", lambda box: kill_process(box, "core")),
    17: ("PostgreSQL killed", lambda box: kill_server(box, "postgres")),
    22: ("Redis killed", lambda box: kill_server(box, "redis")),
    32: ("processor killed between charge and answer", lambda box: kill_process(box, "processor")),
}
