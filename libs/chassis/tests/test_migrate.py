"""Migrations: one at a time, beside those who write, tried again after an interruption, and not waiting without end."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

from chassis import migrate as migrations
from chassis.migrate import LOCK, LockHeld, MigrationFailed, migrate, missing
from suite.servers import Servers
from suite.servers.databases import with_database
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
COLUMN = """-- migrate:up
ALTER TABLE visits ADD COLUMN note text;
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


@pytest.fixture
def report(postgres: Servers, folder: Path, url: str) -> Iterator[psycopg.Connection]:
    """Somebody else's long transaction, which reads the table; the next migration changes or indexes it."""
    (folder / "0001_visits.sql").write_text(TABLE.replace("(1), (1)", "(1), (2)"))
    (index := folder / "0002_visits_plan.sql").rename(folder / "later")
    migrate(url, "visits")
    (folder / "later").rename(index)
    address = with_database(postgres.postgres_url, url.rpartition("/")[2].partition("?")[0])
    with psycopg.connect(address, application_name="made-up report") as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.execute("SELECT count(*) FROM visits")
        yield connection


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, seconds in (("PATIENCE_S", 2.0), ("LOCK_WAIT_S", 0.5), ("AGAIN_S", 0.1)):
        monkeypatch.setattr(migrations, name, seconds)


def told(url: str) -> str:
    with pytest.raises(LockHeld) as held:
        migrate(url, "visits")
    return str(held.value)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("waiting", [COLUMN, INDEX], ids=["in a transaction", "outside"])
def test_a_lock_another_holds_is_waited_for_so_long_and_then_told_with_its_holder(
    folder: Path, url: str, report: psycopg.Connection, waiting: str
) -> None:
    (folder / "0002_visits_plan.sql").write_text(waiting)
    said = told(url)
    assert f"LOCK_HELD: visits has waited 2 s for a lock, held by session {report.info.backend_pid} of " in said
    assert "(made-up report)" in said
    report.rollback()
    migrate(url, "visits")
    assert missing(url, "visits") == []


@pytest.mark.usefixtures("impatient")
def test_between_two_tries_whoever_queued_behind_the_migration_goes_through(
    folder: Path, url: str, report: psycopg.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "0002_visits_plan.sql").write_text(COLUMN)
    pauses: list[float] = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        assert ask(url, "SET lock_timeout = '1s'; UPDATE visits SET plan = plan") == []
        report.rollback()

    monkeypatch.setattr(migrations, "pause", pause)
    migrate(url, "visits")
    assert pauses == [migrations.AGAIN_S]
    assert missing(url, "visits") == []


@pytest.mark.usefixtures("impatient")
def test_a_migration_that_never_ends_is_told_to_whoever_waits_for_their_turn(
    url: str, report: psycopg.Connection
) -> None:
    report.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    assert f"for its turn to migrate, held by session {report.info.backend_pid} of " in told(url)
