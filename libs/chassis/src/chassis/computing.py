"""A handler computes only so long: one that never lets go of the processor would stop all others of its process."""

import signal
from collections.abc import Callable
from functools import wraps
from typing import Any

from eventlet import getcurrent

from chassis.subscriber import Handler, Handlers, NotAgain


class ComputesTooLong(NotAgain):
    """It was interrupted. On core's threads nobody could."""


class ComputingLimit:
    """Seconds of processor time, not of waiting. For a process whose handlers run in greenlets of its main thread."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._running: set[Any] = set()
        signal.signal(signal.SIGVTALRM, self._over)

    def on(self, handlers: Handlers) -> Handlers:
        return {message: self._limited(handle) for message, handle in handlers.items()}

    def _limited(self, handle: Handler) -> Callable[..., object]:
        @wraps(handle)
        def limited(*arguments: Any) -> object:
            self._running.add(getcurrent())
            self._wind_up()
            try:
                return handle(*arguments)
            finally:
                self._running.discard(getcurrent())
                self._wind_up()

        return limited

    def _wind_up(self) -> None:
        signal.setitimer(signal.ITIMER_VIRTUAL, self._seconds if self._running else 0)

    def _over(self, *_: object) -> None:
        self._wind_up()
        if getcurrent() in self._running:  # whoever else computes now is not to blame
            raise ComputesTooLong
