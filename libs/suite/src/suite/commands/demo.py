"""`eldercare demo`: the story, played on a running suite or on one of its own."""

import json
import tempfile
from dataclasses import asdict
from pathlib import Path

import psycopg
from rich.console import Console

from chassis.migrate import MigrationFailed
from chassis.rpc.client import Refused
from suite.box import Box, BoxPlace, BoxState, read_state
from suite.box.state import NoBox
from suite.journals import Journals
from suite.processes import ProcessDied, ProcessNotReady
from suite.seed import seed
from suite.servers import ServerMissing, ServerUnusable, start_servers
from suite.story import Step, Story, Told
from suite.waiting import NeverHappened


def run(run_dir: Path, *, as_json: bool) -> int:
    """Returns 0 only if every step happened. With `as_json` the last line of standard output is one JSON object."""
    console = Console(highlight=False, stderr=as_json, soft_wrap=True)
    try:
        told = play(read_state(run_dir.resolve()), console)
    except NoBox:
        told = _on_its_own(console)
    if told is None:
        return 1
    if as_json:
        print(json.dumps(asdict(told)))
    return 0


def _on_its_own(console: Console) -> Told | None:
    console.print("no suite is running here: starting one for the story, and stopping it afterwards")
    with tempfile.TemporaryDirectory(prefix="eldercare-demo-") as folder:
        run_dir = Path(folder)
        try:
            with (
                start_servers(run_dir, progress=console.print) as servers,
                Box(BoxPlace(run_dir=run_dir), servers, progress=console.print) as box,
            ):
                seed(box.state(), progress=console.print)
                return play(box.state(), console)
        except (ServerMissing, ServerUnusable, ProcessDied, ProcessNotReady, MigrationFailed) as refusal:
            console.print(str(refusal), markup=False)
            return None


def play(state: BoxState, console: Console) -> Told | None:
    """Plays the story and prints each step as it is seen; None when a step did not come."""

    def tell(step: Step) -> None:
        console.print(f"  {step.ms:>7} ms  {step.name}")

    try:
        journals = Journals(state.auditors)
        told = Story(state, journals, tell=tell).play()
        journals.close()
    except (NeverHappened, Refused, OSError, psycopg.OperationalError) as broken:
        console.print(f"[red]the story stopped: {broken}")
        return None
    console.print(
        f"  price {told.price_fen} fen = vouchers {told.voucher_fen} + secure payment {told.secure_fen}"
        f"   story {told.correlation}"
    )
    return told
