"""A copy of a running private PostgreSQL, made while it works: kept as a backup, or following as a standby."""

import shutil
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from suite.servers import postgres
from suite.servers.home import Home
from suite.servers.ports import free_port
from suite.servers.server import BinaryServer
from suite.servers.start import Servers
from suite.waiting import until


class Copy:
    """Its folder beside the original's; `put_in_place` makes it the server's data."""

    def __init__(self, servers: Servers, name: str) -> None:
        server = servers.postgres
        if not isinstance(server, BinaryServer):
            raise TypeError("only a PostgreSQL of this machine can be copied")
        self.server, self.url = server, servers.postgres_url
        self.home: Home = servers.place.home(postgres.NAME, "postgres")
        self.folder = self.home.folder / name
        self._log = servers.place.log(name)
        self._programs = Path(server.process.argv[0]).parent

    def take(self, *options: str) -> None:
        """All that is committed by its end is in it."""
        base = str(self._programs / "pg_basebackup")
        words = ("-D", str(self.folder), "-d", self.url, "--checkpoint=fast", "--no-sync", *options)
        self.server.process.beside(base, *words, timeout=120)

    def put_in_place(self) -> None:
        """Kills the server, drops its data, and starts it on this copy, at the same address."""
        self.server.kill()
        data = self.home.folder / "data"
        shutil.rmtree(data)
        self.folder.rename(data)
        self.server.start()


class Standby(Copy):
    """Follows synchronously: what the first has answered, this one can answer."""

    def follow(self) -> None:
        self.take("-R", "-X", "stream")
        self._port = free_port()
        argv = [str(self._programs / "postgres"), "-D", str(self.folder), "-c", f"port={self._port}"]
        self._process = self.server.process.sibling("standby", argv, self._log, lambda: postgres.answers(self.own_url))
        self._process.start()
        self._process.wait_ready(60)
        with psycopg.connect(self.url, autocommit=True) as connection:
            following = "SELECT FROM pg_stat_replication WHERE state = 'streaming'"
            until(lambda: connection.execute(following).fetchone() is not None, "the standby follows")
            connection.execute("ALTER SYSTEM SET synchronous_commit = 'remote_apply'")
            connection.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
            connection.execute("SELECT pg_reload_conf()")

    @property
    def own_url(self) -> str:
        parts = urlsplit(self.url)
        return parts._replace(netloc=f"{parts.netloc.rpartition(':')[0]}:{self._port}").geturl()

    def take_over(self) -> None:
        """The first dies; this one is promoted and answers at its address."""
        self.server.kill()
        with psycopg.connect(self.own_url, autocommit=True) as connection:
            connection.execute("SELECT pg_promote()")
        self._process.stop()
        self.put_in_place()

    def close(self) -> None:
        self._process.kill()
        shutil.rmtree(self.folder, ignore_errors=True)
