"""A disk of a few megabytes under one table of a running PostgreSQL: filled and cleared at will."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.sql import SQL, Identifier, Literal

from suite.servers import Servers

ROOM = "16m"
CAN_MOUNT = os.geteuid() == 0 and shutil.which("mount") is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class SmallDisk:
    folder: Path

    def fill(self) -> None:
        """Until not a byte more fits."""
        with (self.folder / "ballast").open("wb", buffering=0) as ballast:
            try:
                while True:
                    ballast.write(bytes(4096))
            except OSError:
                return

    def clear(self) -> None:
        (self.folder / "ballast").unlink()


@contextmanager
def small_disk(servers: Servers, url: str, table: str) -> Iterator[SmallDisk]:
    """The table and its key live there as long as the block lasts; `url` is a superuser's."""
    home = servers.place.home("postgres", "postgres")
    folder = home.make("small")
    _run("mount", "-t", "tmpfs", "-o", f"size={ROOM}", "tmpfs", str(folder))
    home.own(folder, 0o700)
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(SQL("CREATE TABLESPACE small LOCATION {}").format(Literal(str(folder))))
            _move(connection, table, "small")
            yield SmallDisk(folder=folder)
            _move(connection, table, "pg_default")
            connection.execute("DROP TABLESPACE small")
    finally:
        _run("umount", "-l", str(folder))


def _move(connection: psycopg.Connection, table: str, room: str) -> None:
    for kind, name in (("TABLE", table), ("INDEX", f"{table}_pkey")):
        statement = SQL("ALTER {} {} SET TABLESPACE {}")
        connection.execute(statement.format(SQL(kind), Identifier(name), Identifier(room)))


def _run(*argv: str) -> None:
    subprocess.run(argv, check=True, capture_output=True)
