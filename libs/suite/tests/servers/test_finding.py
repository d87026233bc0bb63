"""Where servers come from: an address somebody gives, this machine, or nowhere, and then one clear message."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from libs.suite.tests.servers.clients import ask
from suite.servers import ServerMissing, ServerNotOurs, Servers, ServerUnusable, start_servers
from suite.servers.find import missing, missing_packages
from suite.servers.install import install_missing, nothing_starts

pytestmark = pytest.mark.xdist_group("servers")  # one worker, one set of servers


@pytest.fixture
def nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in [name for name in os.environ if name.startswith("ELDERCARE_")]:
        monkeypatch.delenv(variable)


@pytest.fixture
def given(nowhere: None, servers: Servers, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    for name, value in servers.environment().items():
        monkeypatch.setenv(name, value)
    return servers.environment()


def test_given_addresses_are_used_and_left_running(given: dict[str, str], servers: Servers, tmp_path: Path) -> None:
    with start_servers(tmp_path) as theirs:
        assert {server.kind for server in (theirs.postgres, theirs.rabbitmq, theirs.redis)} == {"address"}
        assert theirs.environment() == given
        assert ask(theirs.postgres_url, "SELECT 1") == 1
    assert all(server.is_up() for server in (servers.postgres, servers.rabbitmq, servers.redis))


@pytest.mark.parametrize("verb", ["kill", "freeze", "thaw", "restart"])
def test_a_server_that_is_not_ours_is_never_harmed(verb: str, given: dict[str, str], tmp_path: Path) -> None:
    with start_servers(tmp_path) as theirs, pytest.raises(ServerNotOurs, match=f"not ours to {verb}"):
        getattr(theirs.rabbitmq, verb)()


def test_an_address_where_nothing_answers_is_named_without_its_password(
    given: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ELDERCARE_REDIS_URL", "redis://:hidden@127.0.0.1:9/0")
    with pytest.raises(ServerUnusable, match=r"redis does not answer at 127.0.0.1:9, given by ELDERCARE_REDIS_URL"):
        start_servers(tmp_path, progress=lambda _: None)


def test_what_is_missing_is_named_in_one_message_with_the_ways_to_get_it(nowhere: None, tmp_path: Path) -> None:
    with pytest.raises(ServerMissing) as refusal:
        start_servers(tmp_path, ways=("address",))
    assert refusal.value.name == "postgres and rabbitmq and redis"
    for way in ("ELDERCARE_AMQP_URL", "apt-get install postgresql rabbitmq-server redis-server", "Docker"):
        assert way in str(refusal.value)
    assert list(tmp_path.glob("*/")) == []


def test_nothing_is_installed_where_everything_is_found(servers: Servers) -> None:
    told: list[str] = []
    install_missing(told.append)
    assert told == []
    assert missing() is None
    assert missing_packages() == []


def asked(policy: Path) -> int:
    return subprocess.run([str(policy), "redis-server", "start"], check=False).returncode


def test_no_service_may_start_while_packages_unpack_and_the_way_back_is_kept(tmp_path: Path) -> None:
    policy = tmp_path / "policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 104\n")
    policy.chmod(0o755)
    with nothing_starts([], policy):
        assert asked(policy) == 101
    assert asked(policy) == 104
    assert [path.name for path in tmp_path.iterdir()] == ["policy-rc.d"]


def test_no_policy_is_left_where_there_was_none(tmp_path: Path) -> None:
    policy = tmp_path / "policy-rc.d"

    def unlucky() -> None:
        with nothing_starts([], policy):
            assert asked(policy) == 101
            raise OSError("the archive does not answer")

    with pytest.raises(OSError, match="the archive does not answer"):
        unlucky()
    assert list(tmp_path.iterdir()) == []


def test_a_policy_left_by_a_crash_forbids_nothing(tmp_path: Path, python: Callable[[str], None]) -> None:
    policy = tmp_path / "policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 104\n")
    policy.chmod(0o755)
    python(f"""
        import os
        from pathlib import Path
        from suite.servers.install import nothing_starts
        with nothing_starts([], Path({str(policy)!r})):
            os.kill(os.getpid(), 9)
    """)
    assert asked(policy) == 104
    with nothing_starts([], policy):
        assert asked(policy) == 101
    assert policy.read_text() == "#!/bin/sh\nexit 104\n"
