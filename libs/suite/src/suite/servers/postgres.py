"""A private PostgreSQL, 15 to 18."""

import os
import re
import shutil
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

import psycopg

from suite.processes import Process
from suite.servers.home import Home
from suite.servers.place import Place
from suite.servers.refusals import ServerUnusable
from suite.servers.server import Addresses, BinaryServer

NAME = "postgres"
OLDEST, NEWEST = 15, 18
SETTLED = "settled"  # written when initdb has finished; a data folder without it is half a folder
ENV = {"PATH": os.defpath, "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def find() -> dict[int, Path]:
    """Version → folder of its programs."""
    folders = [Path(found).resolve().parent] if (found := shutil.which("postgres")) else []
    folders += Path("/usr/lib/postgresql").glob("*/bin")
    versions = {version(folder): folder for folder in folders if (folder / "initdb").exists()}
    return {number: folder for number, folder in versions.items() if OLDEST <= number <= NEWEST}


def version(folder: Path) -> int:
    said = subprocess.run([str(folder / "postgres"), "--version"], capture_output=True, text=True, check=False).stdout
    found = re.search(r"\(PostgreSQL\) (\d+)", said)
    return int(found[1]) if found else 0


def answers(url: str) -> bool:
    try:
        with psycopg.connect(url, connect_timeout=2, autocommit=True) as connection:
            connection.execute("SET statement_timeout = '2s'")
            return connection.execute("SELECT 1").fetchone() is not None
    except psycopg.Error:
        return False


def binary(place: Place) -> BinaryServer:
    home = place.home(NAME, "postgres")
    port, password = place.port(NAME), place.memory.password(NAME)
    at = Addresses(url=f"postgresql://postgres:{quote(password)}@127.0.0.1:{port}/postgres")
    programs = _programs_for(home)
    data = home.folder / "data"
    process = Process(
        NAME,
        [str(programs / "postgres"), "-D", str(data)],
        ENV,
        place.log(NAME),
        lambda: answers(at.url),
        cwd=home.folder,
        run_dir=place.run_dir,
        account=home.account,
        stop_signal=signal.SIGINT,  # fast: open transactions roll back
        death_signal=signal.SIGQUIT,  # at once, and its backends with it
    )
    return BinaryServer(
        process, at, lambda: answers(at.url), prepare=lambda: _prepare(home, programs, password, port, place.durable)
    )


def _programs_for(home: Home) -> Path:
    found = find()
    written = home.folder / "data" / "PG_VERSION"
    if not _settled(home):
        return found[max(found)]
    wanted = int(written.read_text())
    if wanted not in found:
        raise ServerUnusable(
            f"{written.parent} was written by PostgreSQL {wanted}, which is not here (found: {sorted(found)}): "
            f"install postgresql-{wanted}, or remove that folder and its data"
        )
    return found[wanted]


def _settled(home: Home) -> bool:
    return (home.folder / SETTLED).exists() and (home.folder / "data" / "PG_VERSION").exists()


def _prepare(home: Home, programs: Path, password: str, port: int, durable: bool) -> None:
    if not _settled(home):
        _create(home, programs, password, durable=durable)
    data = home.folder / "data"
    (data / "postmaster.pid").unlink(missing_ok=True)  # nobody lives here: the lock of the run folder says so
    home.write("data/postgresql.auto.conf", _conf(port, durable=durable))


def _create(home: Home, programs: Path, password: str, *, durable: bool) -> None:
    home.clear()
    secret = home.write("first-password", password)
    home.run(
        programs / "initdb",
        *("-D", home.folder / "data", "--username=postgres", "--auth=scram-sha-256", f"--pwfile={secret}"),
        *("--encoding=UTF8", "--locale=C.UTF-8", "--no-instructions"),
        *(() if durable else ("--no-sync",)),
        env=ENV,
    )
    secret.unlink()
    home.write(SETTLED, "")


def settings(*, durable: bool) -> dict[str, object]:
    """What holds wherever the server runs."""
    return {
        "password_encryption": "scram-sha-256",
        "max_connections": 500,
        "shared_buffers": "64MB",
        "max_wal_size": "512MB",
        "jit": "off",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] %u@%d ",
        "fsync": "on" if durable else "off",
        "full_page_writes": "on" if durable else "off",
    }


def _conf(port: int, *, durable: bool) -> str:
    own = {"listen_addresses": "127.0.0.1", "port": port, "unix_socket_directories": ""}
    return "".join(f"{name} = '{value}'\n" for name, value in (own | settings(durable=durable)).items())
