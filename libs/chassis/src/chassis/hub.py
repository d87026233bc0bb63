"""Looking at eventlet's hub from outside: a native thread answers, however long a handler keeps the hub."""

from collections import deque
from collections.abc import Callable
from typing import Any

import eventlet
from eventlet import patcher
from prometheus_client import generate_latest

from chassis.clock import monotonic

BEAT_S = 0.25
PATIENCE_S = 2.0
_native: dict[str, Any] = {name: patcher.original(name) for name in ("select", "socket", "threading")}


def _load_native(name: str) -> Any:
    """The module once more, standing on modules that eventlet has not patched."""
    _native[name] = patcher.inject(name, None, *_native.items())
    return _native[name]


for _each in ("selectors", "socketserver", "http.server"):
    _load_native(_each)
HealthServer: Any = _load_native("chassis.health").HealthServer


class Hub:
    """The hub's heart-beat. `beat` runs in the hub; everything else is asked from native threads."""

    def __init__(self) -> None:
        self._ticked = monotonic()
        self._asked: deque[Callable[[], None]] = deque()

    def beat(self) -> None:
        """For ever."""
        while True:
            self._ticked = monotonic()
            while self._asked:
                self._asked.popleft()()
            eventlet.sleep(BEAT_S)

    def silent_s(self) -> float:
        """Seconds since the hub last ran."""
        return monotonic() - self._ticked

    def figures(self) -> bytes:
        """The metrics, read in the hub, whose locks are not for native threads. TimeoutError while it stands still."""
        told, answers = _native["threading"].Event(), deque[bytes]()

        def answer() -> None:
            answers.append(generate_latest())
            told.set()

        self._asked.append(answer)
        if not told.wait(PATIENCE_S):
            raise TimeoutError("the hub stands still")
        return answers.popleft()
