"""A private Redis or Valkey. It holds only what may be lost, so it writes nothing to disk."""

import os
import shutil
from urllib.parse import quote

import redis as client

from suite.processes import Process
from suite.servers.home import Home
from suite.servers.place import Place
from suite.servers.server import Addresses, BinaryServer

NAME = "redis"
PROGRAMS = ("redis-server", "valkey-server")


def find() -> str | None:
    return next((path for program in PROGRAMS if (path := shutil.which(program))), None)


def answers(url: str) -> bool:
    try:
        with client.Redis.from_url(url, socket_connect_timeout=2, socket_timeout=2, retry=None) as connection:
            return bool(connection.ping())
    except (client.RedisError, OSError):
        return False


def binary(place: Place) -> BinaryServer:
    home = place.home(NAME, "redis", "valkey")
    port, password = place.port(NAME), place.memory.password(NAME)
    at = Addresses(url=f"redis://:{quote(password)}@127.0.0.1:{port}/0")
    process = Process(
        NAME,
        [find() or PROGRAMS[0], str(home.folder / "redis.conf")],
        {"PATH": os.defpath, "LANG": "C.UTF-8"},
        place.log(NAME),
        lambda: answers(at.url),
        cwd=home.folder,
        run_dir=place.run_dir,
        account=home.account,
    )
    return BinaryServer(process, at, lambda: answers(at.url), prepare=lambda: _prepare(home, port, password))


def _prepare(home: Home, port: int, password: str) -> None:
    lines = [
        "bind 127.0.0.1",
        f"port {port}",
        f"requirepass {password}",
        f"dir {home.folder}",
        'save ""',
        "appendonly no",
        "daemonize no",
        "databases 16",
        "set-proc-title no",  # a new title would overwrite the mark this process carries
    ]
    home.write("redis.conf", "\n".join(lines) + "\n")
