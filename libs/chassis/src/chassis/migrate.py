"""Plain-SQL migrations of a service and of the chassis, applied by dbmate under a database lock.

`python -m chassis.migrate SERVICE…` brings databases to this release, as their owners (ELDERCARE_<SERVICE>_OWNER_URL);
`python -m chassis.migrate --check SERVICE…` ends with 1 while one is not there yet (ELDERCARE_<SERVICE>_DATABASE_URL).
"""

import argparse
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

import psycopg

from chassis.clock import pause
from chassis.environment import surroundings
from chassis.settings import env, load
from chassis.unfinished import drop_unfinished

LOCK = 0x6D696772  # advisory
LOOK_S = 0.2


class MigrationFailed(Exception):
    """dbmate refused; the message is what it said, without the address."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnerEnvironment:
    owner_url: str = env("ELDERCARE_{SERVICE}_OWNER_URL", "PostgreSQL address of the role that migrates")


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckEnvironment:
    database_url: str = env("ELDERCARE_{SERVICE}_DATABASE_URL", "PostgreSQL address of the runtime role")


def migrate(url: str, service: str) -> None:
    """Brings a database to this release, as its owner; raises MigrationFailed. Safe to call again, also when a try
    was interrupted."""
    try:
        with _alone(url) as connection:
            for folder, table in _folders(service):
                drop_unfinished(connection, [folder / name for name in _unseen(connection, folder, table)])
                _apply(url, folder, table)
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


@contextmanager
def _alone(url: str) -> Iterator[psycopg.Connection]:
    """One at a time. dbmate's own lock waits within a statement, and an index that is built concurrently waits for
    every statement: two migrations would wait for each other."""
    with psycopg.connect(url, autocommit=True, connect_timeout=5) as connection:
        while connection.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]).fetchone() != (True,):
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


def _apply(url: str, folder: Path, table: str) -> None:
    if not any(folder.glob("*.sql")):
        return
    command = [
        str(Path(sys.executable).parent / "dbmate"),
        f"--url={_without_tls_default(url)}",
        f"--migrations-dir={folder}",
        f"--migrations-table={table}",
        "--no-dump-schema",
        "--migration-lock",
        "migrate",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise MigrationFailed(f"{folder.parent.name}: {done.stderr.strip()}")


def _without_tls_default(url: str) -> str:
    """dbmate asks for TLS unless told otherwise; libpq's own default is to prefer it."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    query.setdefault("sslmode", "disable")
    return urlunsplit(parts._replace(query=urlencode(query)))


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
