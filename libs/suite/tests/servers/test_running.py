"""Three private servers that answer, and that a test may kill, freeze and start again at will."""

import ipaddress
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest
import redis

from libs.suite.tests.servers.clients import ask, channel, publish
from suite.processes import proc
from suite.servers import RunDirBusy, Server, Servers, start_servers

pytestmark = pytest.mark.xdist_group("servers")  # one worker, one set of servers

Eventually = Callable[[Callable[[], object]], None]

STANDARD_PORTS = {5432, 5672, 15672, 25672, 4369, 6379}


@pytest.fixture(params=["postgres", "rabbitmq", "redis"])
def server(request: pytest.FixtureRequest, servers: Servers) -> Server:
    found: Server = getattr(servers, request.param)
    return found


def test_each_server_answers(servers: Servers) -> None:
    assert ask(servers.postgres_url, "SELECT 1") == 1
    with channel(servers.amqp_url) as on:
        on.queue_declare("hello", durable=True, auto_delete=False)
    assert redis.Redis.from_url(servers.redis_url).ping()
    assert {server.kind for server in (servers.postgres, servers.rabbitmq, servers.redis)} == {"binary"}


def test_none_of_them_is_on_a_standard_port_or_open_to_the_network(servers: Servers) -> None:
    ours = {seen.pid for seen in proc.marked(f"ELDERCARE_RUN_DIR={servers.place.run_dir}")}
    assert {servers.postgres.pid, servers.rabbitmq.pid, servers.redis.pid} <= ours
    listening = [(host, port) for pid, host, port in listeners() if pid in ours]
    assert len(listening) >= 6  # amqp, management, distribution, port mapper, postgres, redis
    assert {host for host, _ in listening} <= {"127.0.0.1", "::1"}
    assert not STANDARD_PORTS & {port for _, port in listening}


def listeners() -> list[tuple[int, str, int]]:
    """(pid, address, port) of every listening tcp socket."""
    sockets = {}
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            address, _, port = fields[1].partition(":")
            if fields[3] == "0A":
                sockets[f"socket:[{fields[9]}]"] = (shown(address), int(port, 16))
    open_files = ((seen.pid, handle) for seen in proc.everyone() for handle in Path(f"/proc/{seen.pid}/fd").glob("*"))
    return [(pid, *sockets[name]) for pid, handle in open_files if (name := target(handle)) in sockets]


def shown(address: str) -> str:
    # Four bytes at a time, each in the machine's own order.
    words = b"".join(bytes.fromhex(address[at : at + 8])[::-1] for at in range(0, len(address), 8))
    return str(ipaddress.ip_address(words))


def target(handle: Path) -> str:
    try:
        return str(handle.readlink())
    except OSError:
        return ""


def test_a_killed_server_is_down_until_it_is_started_again(server: Server) -> None:
    server.kill()
    assert not server.is_up()
    assert server.pid is None
    server.restart()
    assert server.is_up()


def test_a_frozen_server_does_not_answer_until_it_is_thawed(server: Server, eventually: Eventually) -> None:
    server.freeze()
    assert server.pid is not None
    assert not server.is_up()
    server.thaw()
    eventually(server.is_up)


def test_what_was_committed_and_confirmed_survives_kill_9(servers: Servers, eventually: Eventually) -> None:
    (names,) = (servers.place.run_dir / "rabbitmq").glob("mnesia/*/quorum/*/names.dets")
    ask(servers.postgres_url, "CREATE TABLE IF NOT EXISTS pressed (key text)")
    ask(servers.postgres_url, "INSERT INTO pressed VALUES ('red')")
    with channel(servers.amqp_url) as on:
        on.queue_declare("pressed", durable=True, auto_delete=False, arguments={"x-queue-type": "quorum"})
        publish(on, "pressed", "red")
    # RabbitMQ notes a new queue's log in a table it writes out after half a second of rest.
    eventually(lambda: b"pressed" in names.read_bytes())
    servers.postgres.kill()
    servers.rabbitmq.kill()
    servers.postgres.restart()
    servers.rabbitmq.restart()
    assert ask(servers.postgres_url, "SELECT key FROM pressed") == "red"
    with channel(servers.amqp_url) as on:
        message = on.basic_get("pressed", no_ack=True)
        assert message is not None
        assert message.body == "red"


def test_a_killed_database_leaves_no_session_behind(servers: Servers) -> None:
    with psycopg.connect(servers.postgres_url) as session:
        backend = proc.look(session.info.backend_pid)
        assert backend
        servers.postgres.kill()
        assert not backend.alive()
    servers.postgres.restart()


def test_a_second_suite_in_the_same_folder_is_refused(servers: Servers) -> None:
    with pytest.raises(RunDirBusy, match="another suite is running"):
        start_servers(servers.place.run_dir)
    assert servers.postgres.is_up()


def test_two_suites_do_not_disturb_each_other(servers: Servers, run_dirs: Callable[[str], Path]) -> None:
    before = servers.postgres.pid, servers.rabbitmq.pid, servers.redis.pid
    with start_servers(run_dirs("neighbour"), durable=False, ways=("binary",)) as neighbour:
        assert neighbour.postgres_url != servers.postgres_url
        with channel(neighbour.amqp_url) as on:
            on.queue_declare("of the neighbour", durable=True, auto_delete=False)
        neighbour.rabbitmq.kill()
        assert servers.rabbitmq.is_up()
    assert (servers.postgres.pid, servers.rabbitmq.pid, servers.redis.pid) == before
    assert all(server.is_up() for server in (servers.postgres, servers.rabbitmq, servers.redis))
