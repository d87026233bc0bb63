"""`eldercare down`: ends what still runs in a folder."""

import os
import signal
from contextlib import suppress
from pathlib import Path

from suite.box.state import NoBox, read_state
from suite.servers.place import end_leftovers
from suite.waiting import until


def run(run_dir: Path) -> int:
    """Returns 0; a folder without a suite is fine."""
    folder = run_dir.resolve()
    if not folder.exists():
        return 0
    with suppress(NoBox, ProcessLookupError):
        pid = read_state(folder).pid
        os.kill(pid, signal.SIGTERM)
        until(lambda: not Path(f"/proc/{pid}").exists(), "the suite has ended")
    ended = end_leftovers(folder)
    if ended:
        print(f"ended {ended} processes of {folder}")
    return 0
