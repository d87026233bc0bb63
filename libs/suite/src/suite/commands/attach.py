"""Looking at a running suite: its addresses and its journals."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import typer

from chassis.rpc.client import Refused
from suite.box import BoxState, read_state
from suite.box.state import NoBox
from suite.journals import Journals


@contextmanager
def attached(run_dir: Path) -> Iterator[tuple[BoxState, Journals]]:
    """Ends the command with a sentence when no suite runs here."""
    try:
        state = read_state(run_dir.resolve())
    except NoBox as missing:
        typer.echo(str(missing), err=True)
        raise typer.Exit(2) from missing
    try:
        journals = Journals(state.auditors)
        yield state, journals
        journals.close()
    except (psycopg.OperationalError, Refused, OSError) as away:
        typer.echo(f"the suite runs, and a part of it cannot be reached now: {away}", err=True)
        raise typer.Exit(2) from away
