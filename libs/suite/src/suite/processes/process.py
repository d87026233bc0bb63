"""One child process with a log, a readiness question, and verbs that also reach what it started."""

import itertools
import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from suite.processes import proc
from suite.processes.guard import owner_mark
from suite.processes.readiness import Ready, asks
from suite.processes.refusals import ProcessDied, ProcessNotReady
from suite.processes.spawn import Account, Child, Command, spawn

RUN_DIR = "ELDERCARE_RUN_DIR"
PROCESS = "ELDERCARE_PROCESS"
POLL = 0.02

_numbers = itertools.count(1)


class Process:
    """`env` is the whole environment; None inherits ours. `run_dir` lets a later start find what a crash left."""

    def __init__(  # noqa: PLR0913 - each is one plain fact about the child
        self,
        name: str,
        argv: Sequence[str],
        env: Mapping[str, str] | None,
        log_path: Path,
        ready: Ready = lambda: True,
        *,
        cwd: Path | None = None,
        run_dir: Path | None = None,
        account: Account | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
        death_signal: signal.Signals = signal.SIGKILL,
    ) -> None:
        self.name, self.log_path = name, log_path
        self._ready = asks(ready)
        self._stop_signal = stop_signal
        self._mark = f"{next(_numbers)}.{name}"
        marks = {RUN_DIR: str(run_dir.resolve())} if run_dir else {}
        self._command = Command(
            argv=tuple(argv),
            env={**(os.environ if env is None else env), **marks},
            log_path=log_path,
            cwd=cwd,
            account=account,
            death_signal=death_signal,
        )
        self._child: Child | None = None
        self._asked_to_end = True

    def instead(self, *arguments: str, env: Mapping[str, str] | None = None, ready: Ready | None = None) -> "Process":
        """Another Python module with this one's folder, log and environment. Not started."""
        command = self._command
        argv, whole = (*command.argv[:2], *arguments), {**command.env, **(env or {})}
        return Process(self.name, argv, whole, command.log_path, ready or self._ready, cwd=command.cwd)

    @property
    def pid(self) -> int | None:
        return self._child.pid if self._child and self.running else None

    @property
    def running(self) -> bool:
        return self._child is not None and self._child.poll() is None

    @property
    def returncode(self) -> int | None:
        return self._child.poll() if self._child else None

    @property
    def died(self) -> bool:
        """Ended although nobody asked it to."""
        return not self._asked_to_end and not self.running

    def start(self) -> None:
        if self.running:
            return
        mark, _, owner = owner_mark().partition("=")
        env = {**self._command.env, mark: owner, PROCESS: self._mark}
        self._asked_to_end = False
        self._child = spawn(replace(self._command, env=env))

    def is_ready(self) -> bool:
        return self.running and self._ready()

    def wait_ready(self, timeout: float = 30) -> None:
        deadline = time.monotonic() + timeout
        while not self.is_ready():
            if not self.running:
                raise ProcessDied(self.name, self.returncode, self.log_path)
            if time.monotonic() > deadline:
                raise ProcessNotReady(self.name, timeout, self.log_path)
            time.sleep(POLL)

    def stop(self, grace: float = 10) -> int | None:
        """Asks, waits, and ends by force what has not gone when the grace is over."""
        self._asked_to_end = True
        if self._child is None:
            return None
        self.thaw()
        if self.running:
            self._child.send_signal(self._stop_signal)
        with suppress(subprocess.TimeoutExpired):
            self._child.wait(grace)
        self._end_family()
        return self.returncode

    def kill(self) -> None:
        """kill -9 of it and all it started, as a power cut would."""
        self._asked_to_end = True
        if self._child is not None:
            self._end_family()

    def freeze(self) -> None:
        proc.freeze(self._family)

    def thaw(self) -> None:
        for seen in reversed(self._family()):
            seen.send(signal.SIGCONT)

    def restart(self, timeout: float = 30, grace: float = 10) -> None:
        self.stop(grace)
        self.start()
        self.wait_ready(timeout)

    @property
    def argv(self) -> tuple[str, ...]:
        return self._command.argv

    def sibling(self, name: str, argv: Sequence[str], log_path: Path, ready: Ready) -> "Process":
        """Another program with this one's user, folder and environment; not started yet."""
        like = self._command
        env, cwd, account = like.env, like.cwd, like.account
        return Process(
            name,
            argv,
            env,
            log_path,
            ready,
            cwd=cwd,
            account=account,
            stop_signal=self._stop_signal,
            death_signal=like.death_signal,
        )

    def beside(self, *argv: str, timeout: float = 60) -> str:
        """A short command with this process' user, folder and environment; what it said. Raises CalledProcessError."""
        who = self._command.account
        done = subprocess.run(
            argv,
            env=dict(self._command.env),
            cwd=self._command.cwd,
            user=who.uid if who else None,
            group=who.gid if who else None,
            extra_groups=[] if who else None,
            capture_output=True,
            text=True,
            check=True,
            timeout=timeout,
        )
        return done.stdout

    def _family(self) -> list[proc.Seen]:
        # The child itself by number too: in the middle of an exec a process shows no environment.
        child = self._child.pid if self._child and self.running else None
        marks = {owner_mark().encode(), f"{PROCESS}={self._mark}".encode()}
        return proc.chosen(lambda seen: seen.pid == child or marks <= seen.environment())

    def _end_family(self) -> None:
        victims = proc.kill(self._family)
        if self._child is not None:
            self._child.wait()
        while any(seen.alive() for seen in victims):
            time.sleep(POLL)
