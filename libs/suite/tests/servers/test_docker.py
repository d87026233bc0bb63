"""The same servers from images: run where a Docker engine answers, skipped with its reason elsewhere.

ELDERCARE_POSTGRES_IMAGE, ELDERCARE_RABBITMQ_IMAGE and ELDERCARE_REDIS_IMAGE name other images than the official ones.
"""

import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from libs.suite.tests.servers.clients import ask, channel, publish
from suite.processes import proc
from suite.servers import Server, Servers, ServerUnusable, docker, start_servers
from suite.servers.management import Management
from suite.servers.provision import provision_broker, provision_databases

Eventually = Callable[[Callable[[], object]], None]

WHY_NOT = docker.refusal()
pytestmark = [
    pytest.mark.docker,
    pytest.mark.xdist_group("docker"),
    pytest.mark.skipif(WHY_NOT is not None, reason=f"Docker: {WHY_NOT}"),
]

A_BOX = """
    import signal
    from pathlib import Path
    from suite.servers import start_servers
    servers = start_servers(Path({folder!r}), ways=("docker",), only=("redis",), progress=lambda _: None)
    (Path({folder!r}) / "up").touch()
    signal.pause()
"""


@pytest.fixture(scope="module")
def contained(run_dirs: Callable[[str], Path]) -> Iterator[Servers]:
    with start_servers(run_dirs("contained"), durable=False, ways=("docker",)) as running:
        yield running
    assert containers(run_dirs("contained")) == []


@pytest.fixture(params=["postgres", "rabbitmq", "redis"])
def server(request: pytest.FixtureRequest, contained: Servers) -> Server:
    found: Server = getattr(contained, request.param)
    return found


@pytest.fixture
def box(run_dirs: Callable[[str], Path], eventually: Eventually) -> Iterator[subprocess.Popen[bytes]]:
    """A program of its own with one server in a container."""
    folder = run_dirs("contained box")
    program = subprocess.Popen([sys.executable, "-c", textwrap.dedent(A_BOX).format(folder=str(folder))])
    eventually((folder / "up").exists)
    assert len(containers(folder)) == 1
    yield program
    program.kill()
    program.wait()
    (folder / "up").unlink()


def containers(folder: Path) -> list[str]:
    command = ["docker", "ps", "-aq", "--filter", f"label=eldercare.run-dir={folder}"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


def test_servers_in_containers_serve_like_the_others(contained: Servers) -> None:
    assert {server.kind for server in (contained.postgres, contained.rabbitmq, contained.redis)} == {"docker"}
    database = provision_databases(contained, ["order"])["order"]
    assert ask(database.app, "SELECT 1") == 1
    broker = provision_broker(contained, ["order"], vhost="community")["order"]
    with channel(broker) as on:
        on.queue_declare("order.urgent", durable=True, auto_delete=False)
        on.exchange_declare("order.shards", "x-consistent-hash", durable=True, auto_delete=False)
        publish_and_get(contained)
    assert Management(contained.amqp_management).get("queues", "community", "order.urgent")["type"] == "quorum"


def publish_and_get(contained: Servers) -> None:
    with channel(contained.amqp_url) as on:
        on.queue_declare("hello", durable=True, auto_delete=False)
        publish(on, "hello", "there")
        message = on.basic_get("hello", no_ack=True)
        assert message is not None
        assert message.body == "there"


def test_a_container_is_killed_and_started_again_at_the_same_address(server: Server) -> None:
    before = server.at
    server.kill()
    assert not server.is_up()
    assert server.pid is None
    server.restart()
    assert server.is_up()
    assert server.at == before


def test_a_frozen_container_does_not_answer_until_it_is_thawed(server: Server, eventually: Eventually) -> None:
    server.freeze()
    assert not server.is_up()
    server.thaw()
    eventually(server.is_up)


def test_what_was_committed_survives_kill_9(contained: Servers) -> None:
    ask(contained.postgres_url, "CREATE TABLE pressed AS SELECT 'red' AS key")
    contained.postgres.kill()
    contained.postgres.restart()
    assert ask(contained.postgres_url, "SELECT key FROM pressed") == "red"


def test_no_container_runs_on_when_the_box_is_killed(
    box: subprocess.Popen[bytes], run_dirs: Callable[[str], Path], eventually: Eventually
) -> None:
    box.kill()
    eventually(lambda: containers(run_dirs("contained box")) == [])


def test_a_container_left_by_a_crash_is_replaced(box: subprocess.Popen[bytes], run_dirs: Callable[[str], Path]) -> None:
    folder = run_dirs("contained box")
    (left,) = containers(folder)
    for guard in guards_of(box):
        guard.send(signal.SIGKILL)
    box.kill()
    box.wait()
    assert containers(folder) == [left]
    with start_servers(folder, ways=("docker",), only=("redis",), progress=lambda _: None):
        (fresh,) = containers(folder)
        assert fresh != left


def guards_of(box: subprocess.Popen[bytes]) -> list[proc.Seen]:
    return [seen for seen in proc.everyone() if seen.parent == box.pid and seen.name == "sh"]


def test_an_image_that_cannot_be_had_is_named_with_the_setting_to_change(
    run_dirs: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ELDERCARE_REDIS_IMAGE", "localhost:9/no-such-image:1")
    with pytest.raises(ServerUnusable, match="name another image in ELDERCARE_REDIS_IMAGE"):
        start_servers(run_dirs("no image"), ways=("docker",), only=("redis",), progress=lambda _: None)
