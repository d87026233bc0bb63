"""A private RabbitMQ node with a port mapper of its own, so no other node on the machine is met or disturbed."""

import os
import shutil
import socket
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from suite.processes import Process
from suite.processes.spawn import Account
from suite.servers.home import Home
from suite.servers.management import Management
from suite.servers.place import Place
from suite.servers.server import Addresses, BinaryServer

NAME = "rabbitmq"
NODE = "eldercare@localhost"  # a fixed name: a folder copied to a machine with another host name still boots
ADMIN = "eldercare"
PLUGINS = "[rabbitmq_management,rabbitmq_consistent_hash_exchange]."
SETTLED = "settled"  # written after the first complete boot; a folder without it is half a folder


def find() -> str | None:
    """The real start script. Debian's wrapper on PATH refuses ordinary users and changes to a user of its own."""
    scripts = [Path("/usr/lib/rabbitmq/bin/rabbitmq-server")]
    scripts += sorted(Path("/usr/lib/rabbitmq/lib").glob("*/sbin/rabbitmq-server"), reverse=True)
    if found := shutil.which("rabbitmq-server"):
        script = Path(found).resolve()
        scripts += [script] if (script.parent / "rabbitmq-env").exists() else []
    return next((str(script) for script in scripts if script.exists()), None)


def answers(url: str) -> bool:
    """The broker greets a client; a frozen one accepts the connection but never speaks."""
    parts = urlsplit(url)
    try:
        with socket.create_connection((parts.hostname or "", parts.port or 5672), timeout=2) as connection:
            connection.settimeout(2)
            connection.sendall(b"AMQP\x00\x00\x09\x01")
            return connection.recv(1) == b"\x01"  # a method frame: Connection.Start
    except OSError:
        return False


def ready(at: Addresses) -> bool:
    return answers(at.url) and Management(at.management).answers()


def control(server: BinaryServer, *words: str) -> str:
    """One word of rabbitmqctl to a node of ours."""
    program = Path(find() or "").parent / "rabbitmqctl"
    return server.process.beside(str(program), "--quiet", *words)


def management_beside(url: str) -> str:
    """Where the management interface of an AMQP address usually is."""
    parts = urlsplit(url)
    user, password = (quote(unquote(part or "guest"), safe="") for part in (parts.username, parts.password))
    return f"http://{user}:{password}@{parts.hostname}:15672"


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Its folder, its Erlang name, where it speaks with its peers, and who they are, itself included."""

    name: str = NAME
    erlang: str = NODE
    host: str = "127.0.0.1"
    peers: tuple[str, ...] = ()


def binary(place: Place, node: Node = Node(), mapper_port: int | None = None) -> BinaryServer:
    home = place.home(node.name, "rabbitmq")
    amqp, http, dist = (place.port(f"{node.name} {use}") for use in ("amqp", "http", "dist"))
    mapper = mapper_port or place.port(f"{NAME} epmd")
    user = f"{ADMIN}:{quote(place.memory.password(NAME))}"
    at = Addresses(url=f"amqp://{user}@127.0.0.1:{amqp}/%2F", management=f"http://{user}@127.0.0.1:{http}")
    env = _environment(home, node, dist, mapper)

    def settled() -> bool:
        return ready(at) and home.write(SETTLED, "").exists()

    return BinaryServer(
        Process(
            node.name,
            [find() or "rabbitmq-server", "-noinput"],
            env,
            place.log(node.name),
            settled,
            cwd=home.folder,
            run_dir=place.run_dir,
            account=home.account,
        ),
        at,
        lambda: answers(at.url),
        prepare=lambda: _prepare(home, _listeners(amqp, http) | _peers(node), place),
        companions=[_port_mapper(place, home.account, env, mapper)],
        patience=120,
        grace=20 if place.durable else 0.3,  # its management plugin takes 5 s to leave
        heal=lambda: _set_aside(home),
    )


def _port_mapper(place: Place, account: Account | None, env: dict[str, str], port: int) -> Process:
    # Run by us in the foreground: the node would start it as a daemon that outlives everything.
    return Process(
        "epmd",
        [shutil.which("epmd") or "epmd"],
        env,
        place.log("epmd"),
        f"tcp://127.0.0.1:{port}",
        cwd=Path("/"),
        run_dir=place.run_dir,
        account=account,
    )


def _environment(home: Home, node: Node, dist: int, mapper: int) -> dict[str, str]:
    folder, place = home.folder, "{" + node.host.replace(".", ",") + "}"
    long_name = {"RABBITMQ_USE_LONGNAME": "true"} if node.peers else {}
    return {
        "PATH": f"{os.defpath}:/usr/local/bin:/usr/sbin:/sbin",
        "LANG": "C.UTF-8",
        "HOME": str(folder),
        "ERL_EPMD_PORT": str(mapper),
        "ERL_EPMD_ADDRESS": ",".join(peer.partition("@")[2] for peer in node.peers) or node.host,
        "ERL_CRASH_DUMP_SECONDS": "0",
        "RABBITMQ_ALLOW_INPUT": "1",  # with -noinput: the script becomes the node instead of watching over it
        "RABBITMQ_NODENAME": node.erlang,
        **long_name,
        "RABBITMQ_DIST_PORT": str(dist),
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_PID_FILE": str(folder / "pid"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
        "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "advanced.config"),
        "RABBITMQ_CONF_ENV_FILE": "/dev/null",  # the machine's own node keeps its settings to itself
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": f"+S 2:2 +SDio 8 +A 16 -kernel inet_dist_use_interface {place}"
        f" -kernel inet_dist_connect_options [{{ip,{place}}}]",
    }


def _prepare(home: Home, own: dict[str, object], place: Place) -> None:
    if not (home.folder / SETTLED).exists():
        home.clear()
    for folder in ("mnesia", "log"):
        home.make(folder)
    home.write(".erlang.cookie", place.memory.password("erlang cookie"), mode=0o400)
    home.write("enabled_plugins", PLUGINS)
    home.write("rabbitmq.conf", conf(own | settings(place.memory.password(NAME))))
    home.write("advanced.config", _advanced(durable=place.durable))


def _set_aside(home: Home) -> str | None:
    """A folder that no longer boots is kept beside a fresh one: what it held can be sent again from the journals."""
    broken = home.folder / "mnesia"
    if not (home.folder / SETTLED).exists():
        return None
    kept = next(path for n in count(1) if not (path := home.folder / f"mnesia.broken-{n}").exists())
    broken.rename(kept)
    return f"{NAME} could not read its own folder: it starts empty, the old one is kept in {kept}"


def settings(password: str) -> dict[str, object]:
    """What holds wherever the node runs."""
    return {
        "default_user": ADMIN,
        "default_pass": password,
        "heartbeat": 10,
        "net_ticktime": 15,
        "vm_memory_high_watermark.relative": 0.3,
        "disk_free_limit.absolute": "100MB",
        "raft.wal_max_size_bytes": 67108864,  # the default of 512 MB is also kept in memory
        "log.file": "false",
        "log.console": "true",
        "log.console.level": "info",
    }


def conf(settings: dict[str, object]) -> str:
    return "".join(f"{name} = {value}\n" for name, value in settings.items())


def _listeners(amqp: int, http: int) -> dict[str, object]:
    return {
        "listeners.tcp.1": f"127.0.0.1:{amqp}",
        "management.tcp.ip": "127.0.0.1",
        "management.tcp.port": http,
    }


def _peers(node: Node) -> dict[str, object]:
    if not node.peers:
        return {}
    listed = {f"cluster_formation.classic_config.nodes.{n}": peer for n, peer in enumerate(node.peers, start=1)}
    return {
        "cluster_formation.peer_discovery_backend": "classic_config",
        "cluster_partition_handling": "pause_minority",
        **listed,
    }


def _advanced(*, durable: bool) -> str:
    return "[]." if durable else "[{ra, [{wal_write_strategy, sync_after_notify}]}]."
