"""What a transaction leaves behind at its end, a statement each: facts, timers, effects, and rows that can wait."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from chassis.context import Context
from chassis.facts import Facts

_CANCEL = b"DELETE FROM timers WHERE key = ANY(%s)"
_SET = b"""INSERT INTO timers (key, kind, due_at, payload, context)
           SELECT * FROM jsonb_to_recordset(%s)
               AS t (key text, kind text, due_at timestamptz, payload jsonb, context jsonb)
           ON CONFLICT (key) DO UPDATE SET kind = excluded.kind, due_at = excluded.due_at, payload = excluded.payload,
               context = excluded.context, attempts = 0, error = '', parked_at = NULL"""
_REQUEST = b"""INSERT INTO effects (key, kind, lane, request, context, due_at, timeout_s)
               SELECT e.key, e.kind, e.lane, e.request, e.context, coalesce(e.due, app_now()), e.timeout_s
               FROM jsonb_to_recordset(%s) AS e (key text, kind text, lane text, request jsonb, context jsonb,
                                                 due timestamptz, timeout_s real)
               ON CONFLICT (key) DO NOTHING"""

Row = dict[str, Any]
Together = Callable[[Connection[DictRow], Sequence[Any]], object]


@dataclass(frozen=True, slots=True, kw_only=True)
class EffectRequest:
    """A call to the outside that is asked for. `due`: not before; None: at once. `lane`: with threads of its own."""

    key: str
    kind: str
    request: Mapping[str, Any]
    due: datetime | None = None
    timeout_s: float = 10
    lane: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "kind": self.kind,
            "request": dict(self.request),
            "due": self.due.isoformat() if self.due else None,
            "timeout_s": self.timeout_s,
            "lane": self.lane,
        }


class Record:
    """Rows are written in the order of their keys, so that two writers of the same ones never wait for each other."""

    def __init__(self) -> None:
        self.facts = Facts()
        self._timers: dict[str, Row | None] = {}  # None: cancelled
        self._effects: dict[str, Row] = {}
        self._gathered: dict[Together, list[Any]] = {}

    def set_timer(self, key: str, kind: str, due: datetime, payload: Mapping[str, Any], context: Context) -> None:
        row = {"key": key, "kind": kind, "due_at": due.isoformat(), "payload": dict(payload)}
        self._timers[key] = row | {"context": context.as_json()}

    def cancel_timer(self, key: str) -> None:
        self._timers[key] = None

    def request_effect(self, asked: EffectRequest, context: Context) -> None:
        """The first request of a key holds."""
        self._effects.setdefault(asked.key, asked.as_json() | {"context": context.as_json()})

    def gather(self, write: Together, item: Any) -> None:
        self._gathered.setdefault(write, []).append(item)

    def write(self, connection: Connection[DictRow]) -> None:
        gathered, self._gathered = self._gathered, {}
        for write, items in gathered.items():
            write(connection, items)
        self.facts.write(connection)
        timers, effects = sorted(self._timers.items()), sorted(self._effects.items())
        self._timers, self._effects = {}, {}
        if cancelled := [key for key, row in timers if row is None]:
            connection.execute(_CANCEL, [cancelled])
        if moved := [row for _, row in timers if row is not None]:
            connection.execute(_SET, [Jsonb(moved)])
        if effects:
            connection.execute(_REQUEST, [Jsonb([row for _, row in effects])])
