"""What the databases' own functions and triggers do, and the few statements SQLite has no words for."""

import re
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

import psycopg

from chassis.migrate import migrations_of
from tests.simulation import dialect
from tests.simulation.found import Found

if TYPE_CHECKING:
    from tests.simulation.memory import Memory

Told = Callable[["Memory", str, Any], Found]

_EVENT = ("id", "type", "aggregate", "correlation", "causation", "actor", "region", "person", "rule", "traceparent")


def _found(*rows: dict[str, Any]) -> Found:
    return Found(list(rows), len(rows))


def _nothing(memory: "Memory", sql: str, params: Any) -> Found:
    """Locks: here transactions are one at a time."""
    return _found()


def _relay_lock(memory: "Memory", sql: str, params: Any) -> Found:
    """It belongs to the session that asks, and goes with it."""
    if memory.relay not in (None, memory.asking):
        raise psycopg.errors.LockNotAvailable("another relay is at it")
    memory.relay = memory.asking
    return _found()


def _append_event(memory: "Memory", sql: str, params: Any) -> Found:
    told = dict(zip(_EVENT, params[:10], strict=True)) | {"data": params[10]}
    ((sequence,),) = memory.db.execute(
        """INSERT INTO streams (aggregate, sequence) VALUES (?, 1)
           ON CONFLICT (aggregate) DO UPDATE SET sequence = sequence + 1 RETURNING sequence""",
        [told["aggregate"]],
    ).fetchall()
    memory.db.execute(
        """INSERT INTO events (id, type, aggregate, correlation, causation, actor, region, person, rule, traceparent,
                               data, time, sequence, previous_hash, hash, position)
           VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, x'', x'',
                   (SELECT coalesce(max(rowid), 0) + 1 FROM events))""",
        [str(told["id"]), *[told[name] for name in _EVENT[1:]], told["data"], memory.now(), sequence],
    )
    if params[11]:
        memory.db.execute(
            "INSERT INTO outbox (event_id, event_time, aggregate) VALUES (?, ?, ?)",
            [str(told["id"]), memory.now(), told["aggregate"]],
        )
    return _found({"append_event": sequence})


def _append_events(memory: "Memory", sql: str, params: Any) -> Found:
    for told in zip(*params, strict=True):
        _append_event(memory, sql, told)
    return _found()


def _next_serial(memory: "Memory", sql: str, params: Any) -> Found:
    memory.serial += 1
    return _found({"serial": memory.serial})


_CLAIM = re.compile(
    r"WITH due AS \((?P<due>.*)\)\s*UPDATE effects e SET (?P<set>.*)\s*"
    r"FROM due WHERE e.key = due.key RETURNING e\.\*, due\.before",
    re.DOTALL,
)


@cache
def _claim_in_two(sql: str) -> tuple[str, str]:
    parts = _CLAIM.search(sql)
    assert parts, sql
    update = f"UPDATE effects SET {parts['set']} WHERE key = %s"  # noqa: S608 - the product's own words
    return dialect.statement(parts["due"]), dialect.statement(update)


def _claim_effect(memory: "Memory", sql: str, params: Any) -> Found:
    """SQLite gives back no columns of other tables: the row is chosen first, then taken."""
    choose, take = _claim_in_two(sql)
    taken = []
    for due in memory.plain(choose, params).fetchall():
        memory.plain(take, [due["key"]])
        row = memory.ask("SELECT * FROM effects WHERE key = ?", due["key"])[0]
        taken.append(row | {"before": due["before"]})
    return _found(*taken)


_TRANSFER = re.compile(r"WITH made AS \(\s*(?P<insert>INSERT INTO transfers.*?) RETURNING name, lines\)", re.DOTALL)


def _post(memory: "Memory", sql: str, params: Any) -> Found:
    parts = _TRANSFER.search(sql)
    assert parts, sql
    name, lines = params[0], params[13]
    if memory.plain(dialect.statement(parts["insert"]), params[:14]).rowcount == 0:
        return _found()
    rows = [[name, number, lines, *entry] for number, entry in enumerate(zip(*params[14:17], strict=True), 1)]
    memory.db.executemany(
        "INSERT INTO entries (transfer, line, lines, account, asset, amount) VALUES (?, ?, ?, ?, ?, ?)", rows
    )
    return _found(*({} for _ in rows))


def _balances(memory: "Memory", sql: str, params: Any) -> Found:
    return memory.plain(
        """SELECT name, balance FROM accounts WHERE name IN (SELECT value FROM json_each(?))
           AND balance IS NOT NULL ORDER BY name""",
        params,
    )


@cache
def breaches() -> str:
    """The auditor's question to the ledger, from the migration that holds it."""
    text = next(migrations_of("payment").glob("*_audit.sql")).read_text()
    body = re.search(r"CREATE FUNCTION payment_breaches.*?\$\$(.*?)\$\$", text, re.DOTALL)
    assert body
    plain = re.sub(r"--[^\n]*", "", body[1]).replace("p_since", "'-infinity'")
    return dialect.statement(plain)


_TOLD: tuple[tuple[str, Told], ...] = (
    ("SELECT append_event(", _append_event),
    ("SELECT append_events(", _append_events),
    ("SELECT lock_aggregate(", _nothing),
    ("SELECT pg_advisory_xact_lock(", _nothing),
    ("SELECT set_config(", _nothing),
    ("SELECT pg_advisory_lock(", _relay_lock),
    ("SELECT nextval(", _next_serial),
    ("WITH due AS (", _claim_effect),
    ("WITH made AS (", _post),
    ("SELECT name, balance FROM ledger_lock(", _balances),
)


@cache
def find(sql: str) -> Told | None:
    return next((told for beginning, told in _TOLD if sql.startswith(beginning)), None)


TRIGGERS = {
    "payment": (
        """CREATE TRIGGER open_account AFTER INSERT ON accounts BEGIN
               UPDATE accounts SET balance = (SELECT CASE WHEN NOT may_overdraw THEN 0 END FROM account_kinds
                                              WHERE kind = NEW.kind) WHERE name = NEW.name; END""",
        """CREATE TRIGGER apply_entries AFTER INSERT ON entries BEGIN
               UPDATE accounts SET balance = balance + NEW.amount
               WHERE name = NEW.account AND balance IS NOT NULL; END""",
        """CREATE TRIGGER number_transfers AFTER INSERT ON transfers BEGIN
               UPDATE transfers SET position = NEW.rowid WHERE name = NEW.name; END""",
        """CREATE TRIGGER settlements_final BEFORE UPDATE ON settlements
           WHEN OLD.state IN ('settled', 'released') BEGIN SELECT RAISE(ABORT, 'it never changes again'); END""",
        """CREATE TRIGGER settlements_decision BEFORE UPDATE ON settlements
           WHEN OLD.wanted <> 'nothing' AND NEW.wanted <> OLD.wanted
           BEGIN SELECT RAISE(ABORT, 'decided once'); END""",
    ),
    "notify": (
        """CREATE TRIGGER number_timeline AFTER INSERT ON timeline BEGIN
               UPDATE timeline SET id = NEW.rowid WHERE source = NEW.source; END""",
    ),
}
