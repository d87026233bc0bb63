"""Tiny shells that outlive us by a moment: when our end of their pipe closes, they end what we left behind.

The kernel's parent-death signal ends direct children; the guard is for what they started, and for what is frozen.
"""

import os
import shlex
import subprocess
import sys
import threading
import uuid
from collections.abc import Sequence

from suite.processes.spawn import Child, in_spawner

OWNER = "ELDERCARE_OWNER"

_owner: str | None = None
_shells: list[tuple[Child, int]] = []
_lock = threading.Lock()


def owner_mark() -> str:
    """NAME=value that every child of this process carries; starts the guard with the first."""
    global _owner  # noqa: PLW0603 - one owner a process
    with _lock:
        if _owner is None:
            mark = f"{OWNER}={uuid.uuid4().hex}"
            at_our_end("suite.processes.sweep", mark)
            _owner = mark
        return _owner


def at_our_end(module: str, *arguments: str) -> None:
    """Runs a module of ours when this process is gone, however it went."""
    _shells.append(_start_shell([sys.executable, "-I", "-m", module, *arguments]))


def _start_shell(then: Sequence[str]) -> tuple[Child, int]:
    reading, writing = os.pipe()
    script = f"read -r _; exec {shlex.join(then)}"
    env = {name: os.environ[name] for name in ("PATH", "DOCKER_HOST") if name in os.environ}
    shell = in_spawner(
        lambda: subprocess.Popen(
            ["/bin/sh", "-c", script], stdin=reading, env=env, start_new_session=True, stdout=subprocess.DEVNULL
        )
    )
    os.close(reading)
    return shell, writing


def _forget() -> None:
    global _owner  # noqa: PLW0603 - a forked child owns nothing yet
    for _, pipe in _shells:
        os.close(pipe)
    _shells.clear()
    _owner = None


os.register_at_fork(after_in_child=_forget)
