"""A host whose wall clock is wrong: `python -m tests.faults.skewed SECONDS HOST SERVICE…`.

chassis.clock is the only module that reads clocks, so it alone is wrong; time that only passes stays as it is.
"""

import sys
from datetime import timedelta
from importlib import import_module

from chassis import clock


def main(seconds: str, host: str, *services: str) -> int:
    shift, ms, now = timedelta(seconds=float(seconds)), clock.wall_ms, clock.wall_now
    clock.wall_ms = lambda: ms() + int(shift.total_seconds() * 1000)
    clock.wall_now = lambda: now() + shift
    ended: int = import_module(host).main(services)
    return ended


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
