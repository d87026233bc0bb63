"""`eldercare audit`: counts and breaches."""

import json
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from suite.audit import audit
from suite.commands.attach import attached


def run(run_dir: Path, *, as_json: bool) -> int:
    """Returns 0 when nothing is broken, 1 otherwise."""
    with attached(run_dir) as (_, journals):
        report = audit(journals)
    if as_json:
        print(json.dumps(asdict(report)))
        return 1 if report.breaches else 0
    console = Console(highlight=False, soft_wrap=True)
    console.print("  ".join(f"{noun} {count}" for noun, count in report.counts.items()))
    for breach in report.breaches:
        console.print(f"[red]breach[/] {breach.rule}: {breach.sentence}")
    console.print("no breach" if not report.breaches else f"{len(report.breaches)} breaches")
    return 1 if report.breaches else 0
