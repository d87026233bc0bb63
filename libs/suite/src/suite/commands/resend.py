"""`eldercare events resend`: a producer tells its present state again, for consumers that must rebuild their copy."""

from importlib.metadata import entry_points
from pathlib import Path

import psycopg
from psycopg.rows import dict_row
from rich.console import Console

from chassis.context import Context
from chassis.work import Work
from suite.commands.attach import attached

CONTEXT = Context(actor="services/suite", causation="resend")
GROUP = "eldercare.resend"  # entry points named `service.noun`


def run(run_dir: Path, noun: str) -> int:
    """Returns 0; 2 when no service resends that noun. Versions keep those that have it as they are."""
    console = Console(highlight=False)
    points = {point.name.partition(".")[2]: point for point in entry_points(group=GROUP)}
    if noun not in points:
        console.print(f"nobody resends {noun}; what can be told again: {', '.join(sorted(points))}")
        return 2
    service, resend = points[noun].name.partition(".")[0], points[noun].load()
    with attached(run_dir) as (state, _):
        operator = psycopg.connect(state.operators[service], autocommit=True, row_factory=dict_row)
    rounds, cursor = 0, ""
    with operator as connection:
        while rounds == 0 or cursor:
            with connection.transaction(), Work(connection, CONTEXT) as work:
                cursor = resend(work, noun, cursor=cursor)
            connection.execute("NOTIFY outbox")
            rounds += 1
    console.print(f"{noun} are told again, in {rounds} transactions")
    return 0
