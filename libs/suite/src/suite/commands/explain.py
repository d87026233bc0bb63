"""`eldercare explain`: the whole story of one alarm, incident or order."""

from pathlib import Path

from rich.console import Console

from suite.commands.attach import attached
from suite.explain import NothingToExplain, explain


def run(run_dir: Path, name: str) -> int:
    """Returns 0, or 2 when there is no such thing."""
    console = Console(highlight=False, soft_wrap=True)
    with attached(run_dir) as (_, journals):
        try:
            lines = explain(journals, name)
        except NothingToExplain as nothing:
            console.print(str(nothing))
            return 2
    began = lines[0].time
    for line in lines:
        after = (line.time - began).total_seconds()
        rule = f" by {line.rule}" if line.rule else ""
        actor = f" ({line.actor})" if line.actor else ""
        console.print(f"{after:>9.3f} s  {line.service:<8} {line.what}{actor}{rule}  {line.details}", markup=False)
    return 0
