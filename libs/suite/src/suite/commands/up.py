"""`eldercare up`: the whole suite as a small box, a story, and then it stays."""

import signal
import threading
from pathlib import Path

from rich.console import Console

from chassis.migrate import MigrationFailed
from suite import cast
from suite.box import Box, BoxPlace
from suite.commands.demo import play
from suite.processes import ProcessDied, ProcessNotReady
from suite.seed import seed
from suite.servers import RunDirBusy, ServerMissing, ServerUnusable, start_servers

console = Console(highlight=False, soft_wrap=True)


def run(run_dir: Path) -> int:
    """Returns 0 after Ctrl-C, 1 when something could not start or a process died."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    try:
        with (
            start_servers(run_dir.resolve(), progress=console.print) as servers,
            Box(BoxPlace(run_dir=run_dir.resolve()), servers, progress=console.print) as box,
        ):
            seed(box.state(), progress=console.print)
            if play(box.state(), console) is None:
                console.print(f"the suite is stopped; its logs are in {run_dir.resolve() / 'logs'}")
                return 1
            _print_doors(box)
            return _stay(box, stop)
    except (ServerMissing, RunDirBusy, ServerUnusable, ProcessDied, ProcessNotReady, MigrationFailed) as refusal:
        console.print(str(refusal), markup=False)
        return 1


# What the first page is to each role.
_SEES = {
    "OPERATOR": "the duty desk: the board, and the phones of the recorder",
    "ELDER": "an elder: one large button calls for help",
    "FAMILY": "family: who is coming and by when; answers, confirms",
    "WORKER": "a worker: accepts, sets out, arrives, helps, finishes",
}


def _print_doors(box: Box) -> None:
    state = box.state()
    console.print(
        f"\n  the board       {state.web}   (sign in as {cast.OPERATOR.login}; API description: {state.web}/docs)"
    )
    console.print(f"  gRPC            {state.rpc}   (reflection is on)")
    console.print(f"  watches (TCP)   {state.watch}")
    console.print(f"  health          {', '.join(f'{url}/readyz' for url in state.health.values())}")
    console.print(f"  sign-ins        password {cast.PASSWORD}; everybody is made up, each sees a page of their own:")
    for member in cast.CAST:
        console.print(f"    {member.login:<13} {_SEES[member.roles[0][0]]}")
    console.print("  in another shell: make demo · .venv/bin/eldercare audit · Ctrl-C here stops everything\n")


def _stay(box: Box, stop: threading.Event) -> int:
    while not stop.is_set():
        dead = box.supervisor.wait_for_death(timeout=0.5)
        if dead is not None:
            console.print(f"[red]{dead.name} ended with {dead.returncode}; see {dead.log_path}")
            return 1
    console.print("stopping")
    return 0
