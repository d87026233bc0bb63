"""Looking at a running suite: its addresses and its journals."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

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
    journals = Journals(state.auditors)
    try:
        yield state, journals
    finally:
        journals.close()
