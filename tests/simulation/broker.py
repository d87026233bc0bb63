"""The broker: a queue a consumer and lane, one active consumer, everything comes again until acknowledged."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chassis.envelope import to_wire
from chassis.journal import envelope_of
from chassis.publisher import Answers, BrokerLost
from chassis.subscriber import Delivery, Handlers
from chassis.topology import LANES, lane_of
from tests.simulation.processes import seconds
from tests.simulation.scheduler import Scheduler


@dataclass(slots=True)
class Queues:
    """The lanes of one consuming service. `epoch` counts connections: an ack of an older one reaches nobody."""

    ready: dict[str, deque[tuple[int, Delivery]]]
    unacked: dict[int, tuple[str, Delivery]] = field(default_factory=dict)
    owner: Any = None
    epoch: int = 0
    count: int = 0


class Broker:
    def __init__(self, world: Scheduler, consumers: Mapping[str, Handlers]) -> None:
        self.world = world
        self.queues = {name: Queues({lane: deque() for lane in LANES}) for name in consumers}
        self.bound: dict[str, list[tuple[str, str]]] = {}
        for name, handlers in consumers.items():
            for message in handlers:
                self.bound.setdefault(message.DESCRIPTOR.full_name, []).append((name, lane_of(message)))
        self.down_until = 0
        self._tag = 0

    @property
    def is_down(self) -> bool:
        return self.world.now < self.down_until

    def accept(self, event_type: str, delivery: Delivery) -> bool:
        """Into every queue that is bound; False when there is none."""
        bound = self.bound.get(event_type, ())
        for name, lane in bound:
            self._tag += 1
            self.queues[name].ready[lane].append((self._tag, delivery))
            self.queues[name].count += 1
        return bool(bound)

    def take(self, name: str, most: int) -> tuple[int, list[tuple[int, Delivery]]]:
        """What has arrived at the active consumer, urgent first."""
        queues = self.queues[name]
        taken: list[tuple[int, Delivery]] = []
        for lane in LANES:
            ready = queues.ready[lane]
            while ready and len(taken) < most:
                tag, delivery = ready.popleft()
                queues.unacked[tag] = (lane, delivery)
                queues.count -= 1
                taken.append((tag, delivery))
        return queues.epoch, taken

    def ack(self, name: str, epoch: int, tag: int) -> None:
        queues = self.queues[name]
        if epoch == queues.epoch:
            queues.unacked.pop(tag, None)

    def drop(self, name: str) -> None:
        """The consumer's connection is gone: what it had not acknowledged comes again, before the rest."""
        queues = self.queues[name]
        for tag, (lane, delivery) in reversed(queues.unacked.items()):
            queues.ready[lane].appendleft((tag, delivery))
        queues.count += len(queues.unacked)
        queues.unacked.clear()
        queues.owner, queues.epoch = None, queues.epoch + 1

    def go_down(self, until: int) -> None:
        self.down_until = max(self.down_until, until)
        for name in self.queues:
            self.drop(name)


class Line:
    """Stands where the relay's `Publisher` stands: rows in flight together, each with a fate of its own."""

    def __init__(self, url: str, service: str, *, confirm_s: float) -> None:
        self._service = service
        self._world = Scheduler.current()

    def beat(self) -> None:
        if self._world.broker.is_down:
            raise BrokerLost(ConnectionError(), poison=False)

    def drop(self) -> None:
        """Nothing is kept of a connection."""

    def publish(self, rows: list[dict[str, Any]]) -> Answers:
        world, answers, lost = self._world, Answers(), False
        world.anything_may_happen("publish")
        for row in rows:
            fate = world.fate_of_publish()
            if world.broker.is_down or fate == "cut":
                lost = True
                break
            if fate == "nack":
                answers.refused[row["outbox_position"]] = "NACKED"
                continue
            self._arrive(row, answers)
            lost = lost or fate == "silent"
        world.anything_may_happen("published")
        if lost:
            world.note("no confirm")
            world.pass_time(seconds(1))
            raise BrokerLost(TimeoutError(), poison=False)
        return answers

    def _arrive(self, row: dict[str, Any], answers: Answers) -> None:
        wire = to_wire(envelope_of(row, self._service), bytes(row["data"]))
        delivery = Delivery(headers=wire.headers, content_type=wire.content_type, body=wire.body)
        if self._world.broker.accept(row["type"], delivery):
            answers.confirmed.append(row["outbox_position"])
        else:
            answers.refused[row["outbox_position"]] = "UNROUTABLE"
