"""The end of a process within a stated time, whatever hangs in it."""

import signal
from collections.abc import Callable

LONGEST_STOP_S = 15.0
STOP_VARIABLE = "ELDERCARE_STOP_S"
STOP_DOC = "seconds after SIGTERM in which the process is gone, whatever hangs"


def when_told_to_stop(ask: Callable[[], object], *, within_s: float) -> None:
    """SIGTERM and SIGINT ask for the end. Who has not ended in time is ended by the kernel (SIGALRM).

    Nothing in hand is lost by it: what is not committed is undone, what is not acknowledged comes again.
    """

    def told(*_: object) -> None:
        end_within(within_s)
        ask()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, told)


def end_within(seconds: float) -> None:
    """Starts the kernel's countdown; a second call does not prolong it. From the main thread only."""
    if signal.getitimer(signal.ITIMER_REAL)[0] == 0:
        signal.setitimer(signal.ITIMER_REAL, seconds)
