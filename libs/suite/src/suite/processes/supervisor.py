"""Many processes as one: started together, watched, and stopped in the reverse order."""

import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

from suite.processes.process import Process
from suite.processes.refusals import ProcessDied, ProcessNotReady

POLL = 0.1


class LogTail:
    """The lines a log gained since it was last asked."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = path.stat().st_size if path.exists() else 0
        self._rest = b""

    def lines(self) -> list[str]:
        if not self._path.exists():
            return []
        with self._path.open("rb") as log:
            log.seek(self._offset)
            fresh = log.read()
        self._offset += len(fresh)
        *whole, self._rest = (self._rest + fresh).split(b"\n")
        return [line.decode(errors="replace") for line in whole]


class Supervisor:
    """`stream` gets every line as "name | line"; `on_death` is told of each process that ended unasked."""

    def __init__(
        self,
        *,
        stream: Callable[[str], None] | None = None,
        on_death: Callable[[Process], None] | None = None,
    ) -> None:
        self.processes: list[Process] = []
        self._stream, self._on_death = stream, on_death
        self._tails: dict[str, LogTail] = {}
        self._dead: list[Process] = []
        self._changed = threading.Condition()
        self._closing = threading.Event()
        self._watcher: threading.Thread | None = None

    def start(self, processes: Iterable[Process], timeout: float = 60) -> None:
        """All at once, ready when all are; if one fails, all it started here are stopped."""
        added = list(processes)
        for process in added:
            self._tails[process.name] = LogTail(process.log_path)
            process.start()
            self.processes.append(process)
        self._watch()
        try:
            self._wait_ready(added, timeout)
        except (ProcessDied, ProcessNotReady):
            self.stop()
            raise

    def wait_for_death(self, timeout: float | None = None) -> Process | None:
        """The first process that ended unasked, or None when the time is over or all were stopped."""
        with self._changed:
            self._changed.wait_for(lambda: bool(self._dead) or self._closing.is_set(), timeout)
            return self._dead[0] if self._dead else None

    def stop(self, grace: float = 10) -> None:
        self._closing.set()
        for process in reversed(self.processes):
            process.stop(grace)
        if self._watcher is not None:
            self._watcher.join()
        self._pass_lines_on()
        self.processes.clear()
        with self._changed:
            self._changed.notify_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _wait_ready(self, processes: list[Process], timeout: float) -> None:
        deadline = time.monotonic() + timeout
        waiting = processes
        while waiting := [process for process in waiting if not process.is_ready()]:
            for process in processes:
                if process.died:
                    raise ProcessDied(process.name, process.returncode, process.log_path)
            if time.monotonic() > deadline:
                raise ProcessNotReady(waiting[0].name, timeout, waiting[0].log_path)
            time.sleep(POLL / 2)

    def _watch(self) -> None:
        if self._watcher is None:
            self._watcher = threading.Thread(target=self._watching, name="supervisor", daemon=True)
            self._watcher.start()

    def _watching(self) -> None:
        while not self._closing.wait(POLL):
            self._pass_lines_on()
            self._notice_deaths()

    def _pass_lines_on(self) -> None:
        if self._stream is None:
            return
        for name, tail in list(self._tails.items()):
            for line in tail.lines():
                self._stream(f"{name} | {line}")

    def _notice_deaths(self) -> None:
        self._dead = [process for process in self._dead if process.died]
        for process in list(self.processes):
            if process.died and process not in self._dead:
                with self._changed:
                    self._dead.append(process)
                    self._changed.notify_all()
                if self._on_death is not None:
                    self._on_death(process)
