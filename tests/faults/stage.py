"""What a row of the fault matrix is played on, and what it has to say afterwards."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from urllib.parse import urlsplit

from chassis.clock import monotonic, pause
from suite.box import Box
from suite.processes import Process
from suite.servers import Server
from suite.servers.cluster import Cluster
from suite.servers.databases import with_database
from suite.servers.management import Management
from suite.servers.server import BinaryServer
from suite.wire import Wire

READY_S = 90.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """Producers with `rate` presses a second each, telemetry of `reports` a second, and how long the fault lasts."""

    producers: int
    rate: float
    reports: float
    households: int
    lead_s: float
    window_s: float
    tail_s: float


FULL = Scale(producers=3, rate=20, reports=200, households=60, lead_s=6, window_s=60, tail_s=6)
SMALL = Scale(producers=1, rate=8, reports=8, households=30, lead_s=1, window_s=2, tail_s=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """What must be there before the row can be played.

    `wires`: between processes and PostgreSQL and the broker; `events`: the module that hosts consumers.
    """

    broker_nodes: int = 1
    replicas: int = 2
    wires: bool = False
    events: str = "chassis.serve_events"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A running suite with the row's number, its seed and its size; the same seed draws the same moments."""

    box: Box
    row: int
    seed: int
    scale: Scale = FULL
    wires: Mapping[str, Wire] = field(default_factory=dict)
    draw: Random = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "draw", Random(f"{self.row}/{self.seed}"))

    def moments(self, apart_s: float) -> Iterator[float]:
        """Seconds since the window began, at random moments about that far apart, until the window is over."""
        began = monotonic()
        while (passed := monotonic() - began) < self.scale.window_s:
            yield passed
            pause(max(0.0, min(self.draw.uniform(0.5, 1.5) * apart_s, began + self.scale.window_s - monotonic())))

    def processes(self, role: str) -> list[Process]:
        """All copies: `core` and `core-2`."""
        return [process for name, process in self.box.processes.items() if name.partition("-")[0] == role]

    @property
    def brokers(self) -> Sequence[BinaryServer]:
        """The nodes of the broker: one, or three."""
        broker = self.box.servers.rabbitmq
        nodes = broker.nodes if isinstance(broker, Cluster) else [broker]
        return [node for node in nodes if isinstance(node, BinaryServer)]

    @property
    def broker_hosts(self) -> list[str]:
        """Where the nodes speak with each other."""
        broker = self.box.servers.rabbitmq
        return broker.hosts if isinstance(broker, Cluster) else []

    def leader(self) -> BinaryServer:
        """The node that leads order's urgent queue."""
        nodes = self.brokers
        if len(nodes) == 1:
            return nodes[0]
        queue = Management(self.box.servers.amqp_management).get("queues", self.box.place.vhost, "order.urgent.0")
        return nodes[self.broker_hosts.index(queue["leader"].partition("@")[2])]

    def database(self, service: str) -> str:
        """A service's database, as the server's own superuser."""
        name = urlsplit(self.box.databases[service].owner).path.strip("/")
        return with_database(self.box.servers.postgres_url, name)

    def servers(self) -> tuple[Server, ...]:
        return (self.box.servers.postgres, self.box.servers.rabbitmq, self.box.servers.redis)

    def mend(self) -> None:
        """Whatever a row left frozen or dead runs again."""
        for wire in self.wires.values():
            wire.heal()
        for server in self.servers():
            server.thaw()
            if not server.is_up():
                server.restart()
        for process in self.box.processes.values():
            process.thaw()
            process.start()
        for process in self.box.processes.values():
            process.wait_ready(READY_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """One press: when, and seconds until its alarm was in an incident."""

    sent: datetime
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a row. `wrong` is every sentence that makes it red; `window` is when the fault was there."""

    lost: int = 0
    doubled: int = 0
    unanswered: int = 0
    recovery_s: float = 0.0
    wrong: Sequence[str] = ()
    waits: Sequence[Wait] = ()
    window: tuple[datetime, datetime] | None = None
    seen: str = ""

    @property
    def worst_gap_s(self) -> float:
        return max((wait.seconds for wait in self.waits), default=0.0)


Strike = Callable[[Stage], None]
Play = Callable[[Stage], Outcome]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of the matrix, by its number there. `small`: also in `make test`, with a window of seconds."""

    number: int
    what: str
    play: Play
    needs: Needs = Needs()
    small: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Unstaged:
    """A row that one machine cannot stage, and why."""

    number: int
    what: str
    why: str
