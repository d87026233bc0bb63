"""Migrations outside a transaction: built beside writers, tried again after an interruption, one at a time."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from chassis import migrate as migrations
from chassis.migrate import MigrationFailed, migrate, missing
from suite.servers import Servers
from suite.servers.provision import drop_database, provision_databases

TABLE = """-- migrate:up
CREATE TABLE visits (plan int);
INSERT INTO visits VALUES (1), (1);
-- migrate:down
"""
INDEX = """-- migrate:up transaction:false
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS visits_plan ON visits (plan);
-- migrate:down
"""
VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = 'visits_plan'::regclass"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(migrations, "migrations_of", lambda _: tmp_path)
    (tmp_path / "0001_visits.sql").write_text(TABLE)
    (tmp_path / "0002_visits_plan.sql").write_text(INDEX)
    return tmp_path


@pytest.fixture
def url(postgres: Servers) -> Iterator[str]:
    """A database's owner, nothing migrated."""
    prefix = f"visits_{uuid4().hex[:8]}_"
    yield provision_databases(postgres, ["visits"], prefix=prefix)["visits"].owner
    drop_database(postgres, f"{prefix}visits")


def ask(url: str, sql: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(sql.encode())
        return cursor.fetchall() if cursor.description else []


def test_what_an_interrupted_try_left_is_built_anew(folder: Path, url: str) -> None:
    with pytest.raises(MigrationFailed, match="could not create unique index"):
        migrate(url, "visits")
    assert ask(url, VALID) == [(False,)], "it stays behind, and IF NOT EXISTS would take it for the real one"
    ask(url, "DELETE FROM visits WHERE ctid = (SELECT ctid FROM visits LIMIT 1)")
    migrate(url, "visits")
    assert ask(url, VALID) == [(True,)]
    assert missing(url, "visits") == []


def test_two_at_once_do_not_wait_for_each_other_forever(folder: Path, url: str) -> None:
    (folder / "0001_visits.sql").write_text(TABLE.replace("(1), (1)", "(1), (2)"))
    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(migrate, url, "visits") for _ in range(2)]:
            done.result()
    assert ask(url, VALID) == [(True,)]


def test_an_address_where_nobody_answers_is_a_refusal() -> None:
    with pytest.raises(MigrationFailed, match="visits"):
        migrate("postgresql://nobody:secret@127.0.0.1:1/visits", "visits")
