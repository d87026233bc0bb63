"""Upgrade: the commit before this one on this one's schema, alone and beside it, while presses go on."""

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from chassis.clock import pause
from suite.box.processes import CopyPorts
from suite.processes import Process
from suite.servers.ports import free_port
from tests.faults.play import under_load
from tests.faults.stage import READY_S, Row, Stage, Unstaged
from tests.support.earlier import NoEarlier, earlier_environment, unpack_earlier


def roll(stage: Stage) -> None:
    """This release, both, the earlier alone, both again, this one: nobody waits for a moment without work."""
    with TemporaryDirectory(prefix="eldercare-earlier-") as folder:
        try:
            unpack_earlier(Path(folder))
        except NoEarlier as nothing:
            pytest.skip(str(nothing))
        new = [*stage.processes("core"), *stage.processes("events")]
        old = _earlier(stage, Path(folder))
        try:
            _hand_on(stage, new, old)
            _hand_on(stage, old, new)
        finally:
            for process in old:
                process.kill()


def _earlier(stage: Stage, folder: Path) -> list[Process]:
    ports = CopyPorts(rpc=free_port(), core_health=free_port(), events_health=free_port())
    env = {**earlier_environment(folder), **ports.addresses}
    health = {"core": ports.core_health, "events": ports.events_health}
    usual = [stage.processes(role)[0] for role in health]
    return [
        each.instead(*each.argv[2:], env=env, ready=f"http://127.0.0.1:{port}/readyz")
        for each, port in zip(usual, health.values(), strict=True)
    ]


def _hand_on(stage: Stage, before: Sequence[Process], after: Sequence[Process]) -> None:
    for process in after:
        process.start()
    for process in after:
        process.wait_ready(READY_S)
    pause(stage.scale.window_s / 4)
    for process in before:
        process.stop()
    pause(stage.scale.window_s / 4)


ROWS = (Row(number=28, what="earlier release beside this one", play=under_load(roll), small=True),)
UNSTAGED: tuple[Unstaged, ...] = ()
