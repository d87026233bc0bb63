"""Run by the guard: ends every process that carries a mark, the frozen ones included."""

import signal
import sys
import time

from suite.processes import proc

GRACE = 1.0


def sweep(mark: str) -> None:
    """Lets those that heard the kernel end by themselves, then ends the rest."""
    left = proc.marked(mark)
    deadline = time.monotonic() + GRACE
    while time.monotonic() < deadline and any(seen.alive() for seen in left):
        time.sleep(0.05)
    proc.kill(lambda: [seen for seen in left if seen.alive()])
    while proc.kill(lambda: proc.marked(mark)):
        time.sleep(0.05)  # one that was in the middle of an exec showed no mark


if __name__ == "__main__":
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    sweep(sys.argv[1])
