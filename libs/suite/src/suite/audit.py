"""What must never break, read from every store with the auditor's eyes."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from psycopg import Connection
from psycopg.rows import DictRow

from suite.journals import Journals

STUCK = "interval '10 seconds'"
Stores = Mapping[str, Connection[DictRow]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """One thing that is not as it must be: the rule's name, and the sentence an operator acts on."""

    rule: str
    sentence: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Counts by noun, and every breach."""

    counts: dict[str, int]
    breaches: list[Breach]


def audit(journals: Journals) -> Report:
    """Looks at everything once; the stores may be in use."""
    stores = journals.connections
    breaches = [Breach(rule=rule, sentence=found) for rule, look in RULES.items() for found in look(stores)]
    return Report(counts=_counts(stores), breaches=breaches)


def alarms_have_one_home(stores: Stores) -> Iterator[str]:
    """Each alarm in exactly one incident or task (the table's key makes two impossible)."""
    raised = _names(stores["device"], f"SELECT name FROM alarms WHERE receive_time < app_now() - {STUCK}")
    homes = _names(stores["order"], "SELECT alarm FROM alarm_homes")
    yield from (f"{alarm} belongs to no incident and no task" for alarm in sorted(raised - homes))
    known = _names(stores["device"], "SELECT name FROM alarms")
    yield from (f"{alarm} has a home and no device ever raised it" for alarm in sorted(homes - known))


def open_incidents_are_owned(stores: Stores) -> Iterator[str]:
    sql = f"""SELECT name FROM incidents i WHERE state = 'open' AND (responsible = '' OR deadline_time IS NULL
              OR deadline_time < app_now() - {STUCK})"""
    yield from (f"{name} is open and has no owner in time" for name in sorted(_names(stores["order"], sql)))


def confirmed_orders_are_settled(stores: Stores) -> Iterator[str]:
    sql = f"SELECT name FROM orders WHERE state = 'confirmed' AND confirm_time < app_now() - {STUCK}"
    confirmed = _names(stores["order"], sql)
    settled = _names(stores["payment"], "SELECT order_name FROM settlements WHERE state = 'settled'")
    yield from (f"{name} is confirmed and not settled" for name in sorted(confirmed - settled))
    unconfirmed = settled - _names(stores["order"], "SELECT name FROM orders WHERE state = 'confirmed'")
    yield from (f"{name} is settled and was never confirmed" for name in sorted(unconfirmed))


def completed_orders_are_covered(stores: Stores) -> Iterator[str]:
    """A completed order has a hold or an open urgent claim, and a timer in the future."""
    sql = f"SELECT name FROM orders WHERE state = 'completed' AND complete_time < app_now() - {STUCK}"
    completed = _names(stores["order"], sql)
    covered = "SELECT order_name FROM settlements WHERE state IN ('holding', 'held', 'claim_open', 'capturing')"
    yield from (
        f"{name} is completed and has no hold" for name in sorted(completed - _names(stores["payment"], covered))
    )
    timed = "SELECT payload ->> 'order' FROM timers WHERE kind = 'confirm' AND parked_at IS NULL"
    yield from (f"{name} has no confirm timer" for name in sorted(completed - _names(stores["order"], timed)))


def ledger_sums_to_zero(stores: Stores) -> Iterator[str]:
    sql = "SELECT asset, sum(amount) AS n FROM entries GROUP BY asset HAVING sum(amount) <> 0"
    for row in stores["payment"].execute(sql).fetchall():
        yield f"the ledger is off by {row['n']} {row['asset']}"


def payment_is_whole(stores: Stores) -> Iterator[str]:
    """Payment's own rules: sums, machine against ledger, unmatched references."""
    for row in stores["payment"].execute("SELECT kind, name FROM payment_breaches('-infinity')").fetchall():
        yield f"{row['name']}: {row['kind']}"


def nothing_is_stuck(stores: Stores) -> Iterator[str]:
    for service, store in stores.items():
        for place, condition in _STUCK.items():
            row = store.execute(f"SELECT count(*) AS n FROM {place} WHERE {condition}".encode()).fetchone()
            if row and row["n"]:
                yield f"{service}: {row['n']} rows wait in {place}"


def journals_are_whole(stores: Stores) -> Iterator[str]:
    for service, store in stores.items():
        for row in store.execute("SELECT * FROM broken_events()").fetchall():
            yield f"{service}: {row['aggregate']} no. {row['sequence']} was altered ({row['id']})"


_STUCK = {
    "outbox": f"parked_at IS NOT NULL OR event_time < app_now() - {STUCK}",
    "set_aside": "true",
    "timers": f"parked_at IS NOT NULL OR due_at < app_now() - {STUCK}",
    "effects": f"settled_at IS NULL AND due_at < app_now() - {STUCK}",
}
RULES: dict[str, Callable[[Stores], Iterator[str]]] = {
    "each alarm in exactly one incident or task": alarms_have_one_home,
    "no open incident without owner and deadline": open_incidents_are_owned,
    "each confirmed order settled exactly once": confirmed_orders_are_settled,
    "each completed order held and timed": completed_orders_are_covered,
    "the ledger sums to zero": ledger_sums_to_zero,
    "payment agrees with itself": payment_is_whole,
    "nothing stuck, set aside or parked": nothing_is_stuck,
    "the journals are whole": journals_are_whole,
}
_COUNTED = {
    "people": ("persons",),
    "device": ("frames", "alarms", "observations"),
    "order": ("incidents", "tasks", "orders"),
    "notify": ("messages", "answers"),
    "payment": ("settlements", "transfers"),
}


def _counts(stores: Stores) -> dict[str, int]:
    counts = {}
    for service, tables in _COUNTED.items():
        for table in tables:
            row = stores[service].execute(f"SELECT count(*) AS n FROM {table}".encode()).fetchone()
            counts[table] = row["n"] if row else 0
    return counts


def _names(store: Connection[DictRow], sql: str) -> set[str]:
    return {next(iter(row.values())) for row in store.execute(sql.encode()).fetchall()}
