"""Three RabbitMQ nodes as one private cluster, each on a loopback address of its own, so that they can be parted."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from suite.servers import rabbitmq
from suite.servers.place import Place
from suite.servers.server import Addresses, BinaryServer, Kind

NODES = 3


class Cluster:
    """A server like the others; `nodes` are killed and frozen one by one."""

    name = rabbitmq.NAME
    kind: Kind = "binary"
    pid: int | None = None

    def __init__(self, nodes: Sequence[BinaryServer]) -> None:
        self.nodes = nodes

    @property
    def at(self) -> Addresses:
        """The first node's."""
        return self.nodes[0].at

    @property
    def places(self) -> list[str]:
        """host:port of every node."""
        return [node.at.url.rpartition("@")[2].partition("/")[0] for node in self.nodes]

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
    hosts = [f"127.0.0.{11 + number}" for number in range(NODES)]
    peers = tuple(f"eldercare-{number}@{host}" for number, host in enumerate(hosts, start=1))
    mapper = place.port(f"{rabbitmq.NAME} epmd")
    return Cluster(
        [
            rabbitmq.binary(
                place, rabbitmq.Node(name=f"{rabbitmq.NAME}-{number}", erlang=peer, host=host, peers=peers), mapper
            )
            for number, (peer, host) in enumerate(zip(peers, hosts, strict=True), start=1)
        ]
    )
