"""A tiny shell that outlives us by a moment: when our end of its pipe closes, it ends what we left behind.

The kernel's parent-death signal ends direct children; the guard is for what they started, and for what is frozen.
"""

import os
import subprocess
import sys
import threading
import uuid

from suite.processes.spawn import Child, in_spawner

OWNER = "ELDERCARE_OWNER"

_owner: str | None = None
_pipe: int | None = None
_guard: Child | None = None
_lock = threading.Lock()


def owner_mark() -> str:
    """NAME=value that every child of this process carries; starts the guard with the first."""
    global _owner, _pipe, _guard  # noqa: PLW0603 - one guard a process
    with _lock:
        if _owner is None:
            owner = uuid.uuid4().hex
            _guard, _pipe = _start_guard(owner)
            _owner = owner
        return f"{OWNER}={_owner}"


def _start_guard(owner: str) -> tuple[Child, int]:
    reading, writing = os.pipe()
    script = f'read -r _; exec "{sys.executable}" -I -m suite.processes.sweep {OWNER}={owner}'
    env = {"PATH": os.environ.get("PATH", os.defpath)}
    guard = in_spawner(
        lambda: subprocess.Popen(
            ["/bin/sh", "-c", script], stdin=reading, env=env, start_new_session=True, stdout=subprocess.DEVNULL
        )
    )
    os.close(reading)
    return guard, writing


def _forget() -> None:
    global _owner, _pipe  # noqa: PLW0603 - a forked child owns nothing yet
    if _pipe is not None:
        os.close(_pipe)
    _owner = _pipe = None


os.register_at_fork(after_in_child=_forget)
