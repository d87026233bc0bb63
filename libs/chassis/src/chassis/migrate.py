"""Plain-SQL migrations of a service and of the chassis, applied by dbmate under a database lock.

`python -m chassis.migrate SERVICE…` brings databases to this release, as their owners (ELDERCARE_<SERVICE>_OWNER_URL);
`python -m chassis.migrate --check SERVICE…` ends with 1 while one is not there yet (ELDERCARE_<SERVICE>_DATABASE_URL).
"""

import argparse
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import groupby
from pathlib import Path

import psycopg

from chassis import dbmate, lock_holders
from chassis.clock import monotonic, pause
from chassis.environment import surroundings
from chassis.lock_holders import Holders
from chassis.settings import env, load
from chassis.unfinished import drop_unfinished, is_outside

LOCK = 0x6D696772  # advisory
LOOK_S = 0.2
APPLICATION = "eldercare-migrate"
# What a migration of one service waits for others' locks, in all.
PATIENCE_S = 300.0
# Whoever needs the table queues up behind a statement that waits for it; they may wait 10 s themselves.
LOCK_WAIT_S = 5.0
# Until those have been through.
AGAIN_S = 5.0


class MigrationFailed(Exception):
    """What the database said, without the address."""


class LockHeld(MigrationFailed):
    """Another session did not let go in time."""

    def __init__(self, service: str, waited_for: str, holders: str) -> None:
        who = holders or "a session that cannot be seen"
        super().__init__(
            f"LOCK_HELD: {service} has waited {PATIENCE_S:.0f} s for {waited_for}, held by {who}. What came before is "
            "done. Wait for that session or end it (SELECT pg_terminate_backend(pid)); then run this again."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerEnvironment:
    owner_url: str = env("ELDERCARE_{SERVICE}_OWNER_URL", "PostgreSQL address of the role that migrates")


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckEnvironment:
    database_url: str = env("ELDERCARE_{SERVICE}_DATABASE_URL", "PostgreSQL address of the runtime role")


def migrate(url: str, service: str) -> None:
    """Brings a database to this release, as its owner; raises MigrationFailed. Safe to call again, also when a try
    was interrupted."""
    until = monotonic() + PATIENCE_S
    try:
        with _alone(url, service, until) as connection, lock_holders.in_the_way_of(url, APPLICATION) as holders:
            turn = _Turn(url=url, service=service, until=until, connection=connection, holders=holders)
            for folder, table in _folders(service):
                for migrations in _batches(folder, list(_unseen(connection, folder, table))):
                    _apply(turn, table, migrations)
    except psycopg.Error as refused:
        raise MigrationFailed(f"{service}: {refused}") from refused


def missing(url: str, service: str) -> list[str]:
    """Migrations of this release that a database has not seen, by file name."""
    with psycopg.connect(url, connect_timeout=5) as connection:
        return [name for folder, table in _folders(service) for name in _unseen(connection, folder, table)]


def migrations_of(service: str) -> Path:
    """The folder inside an installed package, or beside the sources of a checkout."""
    spec = find_spec(f"{service}_service")
    if spec is None or spec.origin is None:
        raise MigrationFailed(f"the package {service}_service is not installed")
    package = Path(spec.origin).parent
    installed = package / "migrations"
    return installed if installed.is_dir() else package.parents[1] / "migrations"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Turn:
    """A service's turn to change its database, and until when it may wait."""

    url: str
    service: str
    until: float
    connection: psycopg.Connection
    holders: Holders

    @property
    def left_s(self) -> float:
        return self.until - monotonic()


@contextmanager
def _alone(url: str, service: str, until: float) -> Iterator[psycopg.Connection]:
    """One at a time. dbmate's own lock waits within a statement, and an index that is built concurrently waits for
    every statement: two migrations would wait for each other."""
    with psycopg.connect(url, autocommit=True, connect_timeout=5, application_name=APPLICATION) as connection:
        while connection.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]).fetchone() != (True,):
            if monotonic() > until:
                raise LockHeld(service, "its turn to migrate", lock_holders.of_advisory(connection, LOCK))
            pause(LOOK_S)
        yield connection


def _folders(service: str) -> Iterator[tuple[Path, str]]:
    yield Path(__file__).parent / "migrations", "chassis_migrations"
    yield migrations_of(service), "service_migrations"


def _unseen(connection: psycopg.Connection, folder: Path, table: str) -> Iterator[str]:
    """dbmate remembers the digits a file's name begins with."""
    there = connection.execute("SELECT to_regclass(%s) IS NOT NULL", [table]).fetchone()
    seen = set[str]()
    if there and there[0]:
        seen = {row[0] for row in connection.execute(f"SELECT version FROM {table}".encode())}  # noqa: S608 - one of two
    yield from (path.name for path in sorted(folder.glob("*.sql")) if path.name.partition("_")[0] not in seen)


def _batches(folder: Path, names: Iterable[str]) -> Iterator[list[Path]]:
    """In their order, those that stand in a transaction apart from those that do not."""
    yield from (list(batch) for _, batch in groupby((folder / name for name in names), key=is_outside))


def _apply(turn: _Turn, table: str, migrations: list[Path]) -> None:
    """Nobody queues up behind what is built outside a transaction: it may wait as long as there is time."""
    stands_outside = is_outside(migrations[0])
    while True:
        wait_s = max(turn.left_s, LOOK_S) if stands_outside else LOCK_WAIT_S
        try:
            turn.connection.execute("SELECT set_config('lock_timeout', %s, false)", [f"{wait_s * 1000:.0f}"])
            drop_unfinished(turn.connection, migrations)
            dbmate.apply(turn.url, table, migrations, application=APPLICATION, lock_wait_s=wait_s)
            return
        except (dbmate.DbmateFailed, psycopg.errors.LockNotAvailable) as failed:
            if isinstance(failed, dbmate.DbmateFailed) and not failed.has_waited:
                raise MigrationFailed(f"{turn.service}: {failed}") from failed
            if turn.left_s <= AGAIN_S:
                raise LockHeld(turn.service, "a lock", turn.holders.seen) from failed
        pause(AGAIN_S)


def main() -> int:
    told = _arguments()
    try:
        waiting = [service for service in told.services if not (_check if told.check else _migrate)(service)]
    except MigrationFailed as failed:
        sys.stderr.write(f"{failed}\n")
        return 1
    return 1 if waiting else 0


def _check(service: str) -> bool:
    unseen = missing(load(CheckEnvironment, surroundings(), service=service).database_url, service)
    sys.stdout.write(f"{service} waits for {', '.join(unseen)}\n" if unseen else f"{service} is at this release\n")
    return not unseen


def _migrate(service: str) -> bool:
    migrate(load(OwnerEnvironment, surroundings(), service=service).owner_url, service)
    sys.stdout.write(f"{service} is at this release\n")
    return True


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="chassis.migrate", description=__doc__)
    parser.add_argument("services", nargs="+", metavar="SERVICE", help="its name, as in <name>_service")
    parser.add_argument("--check", action="store_true", help="change nothing; end with 1 while something is missing")
    return parser.parse_args()


if __name__ == "__main__":
    raise SystemExit(main())
