"""Sign-in codes on a box without real SMS, as whoever runs the box reads them."""

import re
from pathlib import Path

from typer.testing import CliRunner, Result

from suite.cli import app
from suite.waiting import until


def asked(run_dir: Path, phone: str) -> Result:
    return CliRunner().invoke(app, ["code", phone, "--run-dir", str(run_dir)])


def code_for(run_dir: Path, phone: str, *, before: str = "") -> str:
    """The code, once it is on the phone. `before`: the one that was on it when this one was asked for."""

    def look() -> str:
        found = _found(asked(run_dir, phone))
        return found if found != before else ""

    return until(look, "the code is on the phone")


def _found(read: Result) -> str:
    match = re.search(r"(?<![0-9])[0-9]{6}(?![0-9])", read.output)
    return match.group() if match and read.exit_code == 0 else ""
