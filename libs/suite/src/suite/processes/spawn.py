"""Starts children from one thread that lives as long as this process does.

The kernel sends a parent-death signal when the *thread* that forked ends: a short-lived worker thread must never fork.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import TypeAlias

from suite.processes import bound_exec

Child: TypeAlias = subprocess.Popen[bytes]


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """The operating-system user a child runs as."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    argv: tuple[str, ...]
    env: Mapping[str, str]
    log_path: Path
    cwd: Path | None = None
    account: Account | None = None
    death_signal: signal.Signals = signal.SIGKILL

    def bound_argv(self) -> list[str]:
        uid, gid = (str(self.account.uid), str(self.account.gid)) if self.account else ("-", "-")
        wrapper = [sys.executable, "-I", "-S", str(Path(bound_exec.__file__).resolve())]
        return [*wrapper, str(os.getpid()), str(int(self.death_signal)), uid, gid, *self.argv]


class Spawner:
    def __init__(self) -> None:
        self._requests: SimpleQueue[tuple[Callable[[], Child], Future[Child]]] = SimpleQueue()
        threading.Thread(target=self._serve, name="spawner", daemon=True).start()

    def popen(self, start: Callable[[], Child]) -> Child:
        answer: Future[Child] = Future()
        self._requests.put((start, answer))
        return answer.result()

    def _serve(self) -> None:
        while True:
            start, answer = self._requests.get()
            try:
                answer.set_result(start())
            except OSError as error:
                answer.set_exception(error)


_spawner: Spawner | None = None
_creating = threading.Lock()


def _forget() -> None:
    global _spawner  # noqa: PLW0603 - a forked child has no spawner thread
    _spawner = None


os.register_at_fork(after_in_child=_forget)


def in_spawner(start: Callable[[], Child]) -> Child:
    global _spawner  # noqa: PLW0603 - one thread a process
    with _creating:
        spawner = _spawner = _spawner or Spawner()
    return spawner.popen(start)


def spawn(command: Command) -> Child:
    command.log_path.parent.mkdir(parents=True, exist_ok=True)
    with command.log_path.open("ab") as log:
        return in_spawner(
            lambda: subprocess.Popen(
                command.bound_argv(),
                env=dict(command.env),
                cwd=command.cwd,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        )
