"""A page for each row that was played under load: every press until its incident, with the fault's window shaded."""

from pathlib import Path

from suite.latency_plot import write_latency_plot
from tests.faults.stage import Outcome, Row


def draw(folder: Path, row: Row, seed: int, outcome: Outcome) -> None:
    """Seconds count from the first press. A row without presses of the load has no page."""
    if not outcome.waits:
        return
    first = min(wait.sent for wait in outcome.waits)
    points = [((wait.sent - first).total_seconds(), wait.seconds * 1000) for wait in outcome.waits]
    edges = [(moment - first).total_seconds() for moment in outcome.window or ()]
    faults = [(edges[0], edges[1], row.what)] if edges else []
    write_latency_plot(folder / f"row-{row.number:02}-seed-{seed}.html", {"press → incident": points}, faults)
