"""When the next row of each kind of work is due: asked only about tables that were written."""

from collections.abc import Iterable

from tests.simulation.memory import Memory

DUE = {
    "outbox": ("relay", "SELECT min(coalesce(next_at, 0)) FROM outbox WHERE parked_at IS NULL"),
    "timers": ("timers", "SELECT min(due_at) FROM timers WHERE parked_at IS NULL"),
    "effects": ("effects", "SELECT min(due_at) FROM effects WHERE settled_at IS NULL"),
    "set_aside": ("retries", "SELECT min(next_at) FROM set_aside WHERE parked_at IS NULL"),
}


def look(memory: Memory, due: dict[str, int], tables: Iterable[str]) -> None:
    """Notes the next moment of each table's loop; a loop with nothing to wait for has none."""
    for table in tables:
        name, sql = DUE[table]
        ((at,),) = memory.db.execute(sql)
        if at is None:
            due.pop(name, None)
        else:
            due[name] = at
