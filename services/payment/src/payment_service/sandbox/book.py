"""What the sandbox remembers: authorisations, and every answer it ever gave by its key."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import uuid4

_TABLES = """
CREATE TABLE IF NOT EXISTS authorisations (
    id TEXT PRIMARY KEY, token TEXT NOT NULL, asset TEXT NOT NULL, minor INTEGER NOT NULL CHECK (minor > 0),
    captured INTEGER NOT NULL DEFAULT 0 CHECK (captured BETWEEN 0 AND minor),
    released INTEGER NOT NULL DEFAULT 0 CHECK (released >= 0 AND captured + released <= minor));
CREATE TABLE IF NOT EXISTS answers (
    key TEXT PRIMARY KEY, fingerprint TEXT NOT NULL, status INTEGER NOT NULL, body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS failures (key TEXT PRIMARY KEY);
"""
Body = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An answer; `again` when it was given before."""

    status: int
    body: Body
    again: bool = False


class Book:
    """One writer at a time; an answer is on disk before it is given."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;" + _TABLES)

    def once(self, key: str, said: bytes, act: Callable[[], Told]) -> Told:
        """The first answer to a key is the only one; other words under the same key are refused."""
        fingerprint = sha256(said).hexdigest()
        with self._lock:
            first = self._db.execute("SELECT fingerprint, status, body FROM answers WHERE key = ?", [key]).fetchone()
            if first is not None:
                same = first[0] == fingerprint
                return Told(status=first[1], body=json.loads(first[2]), again=True) if same else _CONFLICT
            self._db.execute("BEGIN IMMEDIATE")
            try:
                told = act()
                row = [key, fingerprint, told.status, json.dumps(told.body)]
                self._db.execute("INSERT INTO answers VALUES (?, ?, ?, ?)", row)
            except BaseException:
                self._db.execute("ROLLBACK")
                raise
            self._db.execute("COMMIT")
            return told

    def find(self, key: str) -> Told | None:
        with self._lock:
            row = self._db.execute("SELECT status, body FROM answers WHERE key = ?", [key]).fetchone()
        return Told(status=row[0], body=json.loads(row[1])) if row else None

    def fails_now(self, key: str) -> bool:
        """True the first time a key is asked about."""
        with self._lock:
            return self._db.execute("INSERT OR IGNORE INTO failures VALUES (?)", [key]).rowcount == 1

    def token_of(self, authorisation: str) -> str:
        with self._lock:
            row = self._db.execute("SELECT token FROM authorisations WHERE id = ?", [authorisation]).fetchone()
        return str(row[0]) if row else ""

    def statement(self) -> list[Body]:
        """Every authorisation with what was taken and what was let go."""
        with self._lock:
            rows = self._db.execute("SELECT id, asset, minor, captured, released FROM authorisations ORDER BY rowid")
            return [_authorisation(*row) for row in rows.fetchall()]

    def authorise(self, token: str, asset: str, minor: int) -> Told:
        name = f"auth_{uuid4().hex}"
        row = [name, token, asset, minor]
        self._db.execute("INSERT INTO authorisations (id, token, asset, minor) VALUES (?, ?, ?, ?)", row)
        return Told(status=201, body=_authorisation(name, asset, minor, 0, 0))

    def capture(self, authorisation: str, asset: str, minor: int) -> Told:
        row = self._row(authorisation)
        if row is None or row[0] != asset:
            return refusal(404, "unknown_authorisation")
        left = row[1] - row[2] - row[3]
        if minor > left:
            return refusal(422, "amount_too_large")
        self._db.execute("UPDATE authorisations SET captured = captured + ? WHERE id = ?", [minor, authorisation])
        body = {"object": "capture", "id": f"cap_{uuid4().hex}", "authorisation": authorisation}
        return Told(status=201, body=body | {"amount": _money(asset, minor), "remaining_minor": left - minor})

    def void(self, authorisation: str) -> Told:
        row = self._row(authorisation)
        if row is None:
            return refusal(404, "unknown_authorisation")
        left = row[1] - row[2] - row[3]
        self._db.execute("UPDATE authorisations SET released = released + ? WHERE id = ?", [left, authorisation])
        body = {"object": "void", "id": f"void_{uuid4().hex}", "authorisation": authorisation}
        return Told(status=201, body=body | {"released_minor": left})

    def _row(self, authorisation: str) -> tuple[str, int, int, int] | None:
        found = self._db.execute(
            "SELECT asset, minor, captured, released FROM authorisations WHERE id = ?", [authorisation]
        )
        row: tuple[str, int, int, int] | None = found.fetchone()
        return row


def refusal(status: int, code: str) -> Told:
    return Told(status=status, body={"error": {"code": code}})


_CONFLICT = refusal(409, "idempotency_conflict")


def _authorisation(name: str, asset: str, minor: int, captured: int, released: int) -> Body:
    return {
        "object": "authorisation",
        "id": name,
        "amount": _money(asset, minor),
        "captured_minor": captured,
        "released_minor": released,
        "remaining_minor": minor - captured - released,
    }


def _money(asset: str, minor: int) -> Body:
    return {"minor": minor, "asset": asset}
