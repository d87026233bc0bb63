"""After the worst end of a box, nothing runs on, and its folder starts again."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from libs.suite.tests.servers.clients import ask, channel
from suite.processes import proc
from suite.servers import Servers, ServerUnusable, postgres, start_servers
from suite.servers.home import outside_folder
from suite.servers.place import SERVER_PROGRAMS, end_leftovers, open_place

pytestmark = pytest.mark.xdist_group("servers")  # one worker, one set of servers

Eventually = Callable[[Callable[[], object]], None]

A_BOX = """
    import signal
    from pathlib import Path
    from suite.servers import postgres, redis, start_servers
    from suite.servers.place import open_place
    folder = Path({folder!r})
    {lines}
    (folder / "up").touch()
    signal.pause()
"""
ALL_THREE = 'servers = start_servers(folder, ways=("binary",), progress=lambda _: None)'
ONE = "server = {name}.binary(open_place(folder, durable=True)); server.start()"


Box = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture(scope="module")
def box(eventually: Eventually) -> Iterator[Box]:
    """A program of its own with servers in a folder, to be killed like a box that loses power."""
    made: list[subprocess.Popen[bytes]] = []

    def start(folder: Path, lines: str = ALL_THREE) -> subprocess.Popen[bytes]:
        program = textwrap.dedent(A_BOX).format(folder=str(folder), lines=lines)
        made.append(subprocess.Popen([sys.executable, "-c", program], cwd="/"))
        eventually(lambda: (folder / "up").exists() or made[-1].poll() is not None)
        assert made[-1].poll() is None
        return made[-1]

    yield start
    for each in made:
        each.kill()
        each.wait()


@pytest.fixture(scope="module")
def killed(box: Box, run_dirs: Callable[[str], Path]) -> Path:
    """The folder of a box that ran all three servers and was killed."""
    folder = run_dirs("killed")
    parent = box(folder)
    assert {"postgres", "beam.smp", "epmd", "redis-server"} <= {seen.name for seen in mentioning(folder)}
    parent.kill()
    parent.wait()
    return folder


def mentioning(folder: Path) -> list[proc.Seen]:
    """Processes with the folder in their command line or environment, or servers working inside it."""
    word = str(folder).encode()

    def concerned(seen: proc.Seen) -> bool:
        try:
            said = Path(f"/proc/{seen.pid}/cmdline").read_bytes()
        except OSError:
            return False
        inside = seen.name in SERVER_PROGRAMS and str(seen.works_in() or "").startswith(str(folder))
        return word in said or inside or f"ELDERCARE_RUN_DIR={folder}".encode() in seen.environment()

    return [seen for seen in proc.everyone() if seen.parent != os.getpid() and concerned(seen)]


def test_nothing_runs_on_when_the_box_is_killed(killed: Path, eventually: Eventually) -> None:
    eventually(lambda: not mentioning(killed))


def test_nothing_runs_on_when_the_box_is_killed_while_its_database_is_frozen(
    box: Box, run_dirs: Callable[[str], Path], eventually: Eventually
) -> None:
    folder = run_dirs("frozen")
    parent = box(folder, ONE.format(name="postgres") + "; server.freeze()")
    assert any(seen.name == "postgres" for seen in mentioning(folder))
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    eventually(lambda: not mentioning(folder))


def test_a_stale_folder_heals(killed: Path) -> None:
    folder, taken = killed, occupy_a_port_of(killed)
    (folder / "postgres/data/postmaster.pid").write_text(f"1\n{folder}/postgres/data\n0\n{taken.getsockname()[1]}\n")
    (folder / "rabbitmq/mnesia/eldercare@localhost/cluster_nodes.config").write_bytes(b"not a list any more")
    told: list[str] = []
    with taken, start_servers(folder, durable=False, ways=("binary",), progress=told.append) as servers:
        assert all(server.is_up() for server in (servers.postgres, servers.rabbitmq, servers.redis))
        assert list((folder / "rabbitmq").glob("mnesia.broken-1/*"))
        with channel(servers.amqp_url) as on:
            on.queue_declare("after", durable=True, auto_delete=False)
    assert any("could not read its own folder" in word for word in told)


def occupy_a_port_of(folder: Path) -> socket.socket:
    ports = [line for line in (folder / "servers.json").read_text().split(",") if '"port postgres"' in line]
    return socket.create_server(("127.0.0.1", int(ports[0].rpartition(":")[2].strip(" }\n"))))


def test_half_a_folder_is_made_anew(run_dirs: Callable[[str], Path]) -> None:
    folder = run_dirs("half")
    (folder / "postgres/data").mkdir(parents=True)
    (folder / "postgres/data/PG_VERSION").write_text("15\n")
    (folder / "rabbitmq/mnesia/eldercare@localhost").mkdir(parents=True)
    (folder / "rabbitmq/mnesia/eldercare@localhost/schema.DAT").write_bytes(b"half")
    (folder / "servers.json").write_text('{"password postgres": "ha')
    with start_servers(folder, durable=False, ways=("binary",)) as servers:
        assert ask(servers.postgres_url, "SELECT 1") == 1


def test_data_of_a_version_that_is_not_here_is_not_touched(killed: Path) -> None:
    folder = killed
    version = folder / "postgres/data/PG_VERSION"
    was = version.read_text()
    version.write_text("11\n")
    try:
        with pytest.raises(ServerUnusable, match="was written by PostgreSQL 11"):
            start_servers(folder, ways=("binary",))
    finally:
        version.write_text(was)


def test_leftovers_of_a_folder_are_ended_and_no_others(
    servers: Servers, box: Box, run_dirs: Callable[[str], Path]
) -> None:
    folder = run_dirs("left")
    box(folder, ONE.format(name="redis"))
    assert end_leftovers(folder) == 1
    assert mentioning(folder) == []
    assert all(server.is_up() for server in (servers.postgres, servers.rabbitmq, servers.redis))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends its servers another account")
def test_a_folder_below_a_private_one_still_serves(tmp_path: Path) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    place = open_place(private / "run", durable=False)
    server = postgres.binary(place)
    server.start()
    assert ask(server.at.url, "SELECT 1") == 1
    assert server.pid
    assert Path(f"/proc/{server.pid}").stat().st_uid == pwd.getpwnam("postgres").pw_uid
    assert (place.run_dir / "postgres").readlink() == outside_folder(place.run_dir) / "postgres"
    server.stop()
    place.close()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends its servers another account")
def test_what_a_removed_folder_kept_elsewhere_is_removed_too(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    place = open_place(tmp_path / "run", durable=False)
    place.home("postgres", "postgres")
    place.close()
    assert outside_folder(place.run_dir).exists()
    shutil.rmtree(place.run_dir)
    open_place(tmp_path / "another", durable=False).close()
    assert not outside_folder(place.run_dir).exists()
