"""`python -m tests.faults.slow_events order …`: an events process whose order handlers take as long as a test wants.

The wish is a file that the first handler to see it takes away: `busy 20` or `sleep 20`. What ran when is written
beside it, a line at each beginning and end.
"""

import os
import sys
from dataclasses import replace
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from chassis import serve_events  # before all of ours: it patches
from chassis.clock import monotonic, pause
from chassis.consumer import Consumer
from chassis.subscriber import Handler
from chassis.work import Work
from tests.faults.wishes import FOLDER, RAN, WISH


def slowly(handle: Handler, folder: Path) -> Handler:
    """The handler, after whatever the test wished for."""

    def run(work: Work, event: Any) -> object:
        wish = _take(folder / WISH)
        if wish is None:
            return handle(work, event)
        _note(folder, f"begins {work.event and work.event.id}")
        try:
            _wait(*wish.split())
            return handle(work, event)
        finally:
            _note(folder, f"ends {work.event and work.event.id}")

    return run


def _wait(how: str, seconds: str) -> None:
    until = monotonic() + float(seconds)
    while (left := until - monotonic()) > 0:
        if how == "sleep":
            pause(left)


def _take(wish: Path) -> str | None:
    taken = wish.with_suffix(f".{os.getpid()}")
    try:
        wish.rename(taken)
    except FileNotFoundError:
        return None
    return taken.read_text()


def _note(folder: Path, words: str) -> None:
    with (folder / RAN).open("a") as log:
        log.write(f"{words}\n")


def slow(consumer: Consumer) -> Consumer:
    folder = Path(os.environ[FOLDER])
    return replace(consumer, handlers={event: slowly(run, folder) for event, run in consumer.handlers.items()})


def main(services: list[str]) -> int:
    consumers = [next(iter(entry_points(group="eldercare.events", name=name))).load() for name in services]
    return serve_events.serve([slow(each) if each.service == "order" else each for each in consumers])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
