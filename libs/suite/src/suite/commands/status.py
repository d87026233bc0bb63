"""`eldercare status`: each process, queue and store at a glance."""

import json
from dataclasses import asdict
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table

from suite.box import read_state
from suite.box.state import NoBox
from suite.status import Status, look
from suite.status.stores import StoreStatus

STORE_COLUMNS = (
    *("store", "outbox", "oldest", "parked out", "set aside", "parked"),
    *("timers", "due", "overdue", "calls unknown", "active relay", "waiting"),
)
console = Console(highlight=False, width=140)


def run(run_dir: Path, *, as_json: bool) -> int:
    """Returns 0 when nobody has to do anything, 1 when somebody should look, 2 when no suite runs here."""
    try:
        state = read_state(run_dir.resolve())
    except NoBox as missing:
        typer.echo(str(missing), err=True)
        return 2
    status = look(state)
    if as_json:
        print(json.dumps(asdict(status)))
    else:
        _show(status)
    return 1 if status.trouble else 0


def _show(status: Status) -> None:
    stores = [store for store in status.stores if not store.away]
    _table(
        ("process", "live", "ready", "since", "version"),
        [(each.name, _yes(each.live), _yes(each.ready), each.since, each.version) for each in status.processes],
    )
    _table(
        ("queue", "ready", "unacked", "consumers"),
        [(each.name, str(each.ready), str(each.unacked), str(each.consumers)) for each in status.queues],
    )
    _table(STORE_COLUMNS, [_row(store) for store in stores])
    for store in stores:
        if store.incidents:
            console.print("incidents  " + "  ".join(f"{what} {count}" for what, count in store.incidents.items()))
    for sentence in status.trouble:
        console.print(f"[red]look[/] {sentence}")
    console.print("all is well" if not status.trouble else f"{len(status.trouble)} things to look at")


def _row(store: StoreStatus) -> tuple[str, ...]:
    waiting = {place: str(each.rows) for place, each in store.waiting.items()}
    return (
        store.service,
        waiting["outbox"],
        f"{store.waiting['outbox'].oldest_s} s",
        *(waiting[place] for place in ("outbox_parked", "set_aside", "parked")),
        *(str(store.timers[what]) for what in ("pending", "due")),
        *(waiting[place] for place in ("timers_overdue", "effects_unknown")),
        store.relay,
        str(store.relays_waiting),
    )


def _table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    table = Table(*head, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*row)
    console.print(table)


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "[red]no[/]"
