"""Three RabbitMQ nodes as one private cluster, each on a loopback address of its own, so that they can be parted."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

from suite.servers import rabbitmq
from suite.servers.place import Place
from suite.servers.server import BinaryServer, Kind

NODES = 3


class Cluster:
    """A server like the others, found at its first node; `nodes` are killed and frozen one by one."""

    name = rabbitmq.NAME
    kind: Kind = "binary"
    pid: int | None = None

    def __init__(self, nodes: Sequence[BinaryServer], hosts: list[str]) -> None:
        self.nodes, self.hosts, self.at = nodes, hosts, nodes[0].at

    def through_all(self, url: str) -> str:
        """An address of the first node as that of all of them, in the broker clients' own way: `a;b;c`."""
        first, *others = [urlsplit(node.at.url).netloc.rpartition("@")[2] for node in self.nodes]
        return ";".join([url, *(url.replace(first, other) for other in others)])

    def is_up(self) -> bool:
        return all(node.is_up() for node in self.nodes)

    def start(self) -> list[str]:
        """Side by side: a node alone waits for the others."""
        with ThreadPoolExecutor(len(self.nodes)) as pool:
            return [word for words in pool.map(BinaryServer.start, self.nodes) for word in words]

    def restart(self) -> None:
        """Those that are down."""
        self.start()

    def stop(self) -> None:
        self._each(BinaryServer.stop)

    def close(self) -> None:
        self.stop()

    def kill(self) -> None:
        self._each(BinaryServer.kill)

    def freeze(self) -> None:
        self._each(BinaryServer.freeze)

    def thaw(self) -> None:
        self._each(BinaryServer.thaw)

    def _each(self, act: Callable[[BinaryServer], None]) -> None:
        for node in self.nodes:
            act(node)


def cluster(place: Place) -> Cluster:
    """Not started yet."""
    mapper = place.port(f"{rabbitmq.NAME} epmd")
    hosts = [f"127.{mapper >> 8}.{mapper & 255}.{number}" for number in range(1, NODES + 1)]  # ours, as the port is
    peers = tuple(f"eldercare-{number}@{host}" for number, host in enumerate(hosts, start=1))
    return Cluster(
        [
            rabbitmq.binary(
                place, rabbitmq.Node(name=f"{rabbitmq.NAME}-{number}", erlang=peer, host=host, peers=peers), mapper
            )
            for number, (peer, host) in enumerate(zip(peers, hosts, strict=True), start=1)
        ],
        hosts,
    )
