"""Another process in the place of one of a box's own, at the same addresses, until the story has seen enough."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from suite.box import Box
from suite.box.processes import CONSUMERS, PRODUCERS, environ_of
from suite.processes import Process

PATIENCE_S = 120.0


def without(*services: str) -> dict[str, list[str]]:
    """Core and events of all services but these."""
    return {
        "core": ["-m", "chassis.serve_core", *(name for name in PRODUCERS if name not in services)],
        "events": ["-m", "chassis.serve_events", *(name for name in CONSUMERS if name not in services)],
    }


@contextmanager
def standing_in(box: Box, arguments: Mapping[str, Sequence[str]], *, again: bool = False) -> Iterator[None]:
    """Process → arguments of Python. `again`: started again each time it dies, as a supervisor would."""
    for name in arguments:
        box.processes[name].kill()
    others = [_process(box, name, each, again=again) for name, each in arguments.items()]
    _start(others)
    try:
        yield
    finally:
        for other in others:
            other.kill()
        _start([box.processes[name] for name in arguments])


def _start(processes: Sequence[Process]) -> None:
    for process in processes:
        process.start()
    for process in processes:
        process.wait_ready(PATIENCE_S)


def _process(box: Box, name: str, arguments: Sequence[str], *, again: bool) -> Process:
    argv = [sys.executable, *arguments]
    looped = ["/bin/sh", "-c", 'while :; do "$@"; done', "again", *argv]
    run_dir = box.place.run_dir
    return Process(
        f"{name}-stand-in",
        looped if again else argv,
        environ_of(name, box.environ),
        run_dir / "logs" / f"{name}-stand-in.log",
        f"{box.state().health[name]}/readyz",
        run_dir=run_dir,
    )
