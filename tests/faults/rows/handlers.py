"""Handlers that take far too long: they keep the processor, or outlive the broker's patience."""

from collections.abc import Sequence
from pathlib import Path

from chassis.clock import pause
from suite.servers.rabbitmq import control
from tests.faults.play import under_load
from tests.faults.stage import READY_S, Needs, Row, Stage, Strike, Unstaged
from tests.faults.wishes import RAN, WISH

SLOW = Needs(events="tests.faults.slow_events")
BUSY_S, ASLEEP_S = 25, 20  # past two heartbeats; past the timeout below
TIMEOUT_MS, LOOK_MS = 8_000, 2_000


def wish(what: str, apart_s: float) -> Strike:
    """One handler of order does it, then another, as long as the window lasts."""

    def strike(stage: Stage) -> None:
        for _ in stage.moments(apart_s=apart_s):
            (stage.box.place.run_dir / WISH).write_text(what)

    return strike


def outlive_the_timeout(stage: Stage) -> None:
    """The broker takes a message back after eight seconds while its handler is still at it."""
    (broker,) = stage.brokers
    control(broker, "eval", f"application:set_env(rabbit, channel_tick_interval, {LOOK_MS}).")
    control(broker, "eval", f"application:set_env(rabbit, consumer_timeout, {TIMEOUT_MS}).")
    for process in stage.processes("events"):  # a channel learns its timeout when it opens
        process.restart(READY_S)
    try:
        wish(f"sleep {ASLEEP_S}", apart_s=ASLEEP_S * 1.5)(stage)
        pause(ASLEEP_S)
    finally:
        control(broker, "eval", "application:set_env(rabbit, consumer_timeout, 1800000).")


def ran_over_itself(stage: Stage) -> Sequence[str]:
    """No event's handler began while it was already at work."""
    running, wrong = set[str](), []
    for line in _ran(stage.box.place.run_dir / RAN):
        verb, _, event = line.partition(" ")
        if verb == "ends":
            running.discard(event)
        elif event in running:
            wrong.append(f"event {event} was handled by two at once")
        else:
            running.add(event)
    return wrong


def never_asked(stage: Stage) -> Sequence[str]:
    return [] if _ran(stage.box.place.run_dir / RAN) else ["no handler was slow: the fault never struck"]


def _ran(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


ROWS = (
    Row(
        number=15,
        what=f"a handler keeps the processor for {BUSY_S} s",
        play=under_load(wish(f"busy {BUSY_S}", apart_s=40), never_asked),
        needs=SLOW,
    ),
    Row(
        number=16,
        what="a handler outlives the broker's timeout",
        play=under_load(outlive_the_timeout, lambda stage: [*never_asked(stage), *ran_over_itself(stage)]),
        needs=SLOW,
    ),
)
UNSTAGED: tuple[Unstaged, ...] = ()
