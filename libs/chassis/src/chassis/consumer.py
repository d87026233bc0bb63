"""What a service hands to the host of its events process."""

from dataclasses import dataclass

from chassis.environment import ServiceEnvironment
from chassis.subscriber import Handlers


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumer:
    """A consuming service: event class → use case."""

    service: str
    handlers: Handlers


class ShardUnknown(SystemExit):
    """A process is told to consume a shard that there is not, or none."""


@dataclass(frozen=True, slots=True)
class Shards:
    """How many there are of each lane, and which of them a process consumes."""

    number: int
    own: frozenset[int]

    @classmethod
    def of(cls, environment: ServiceEnvironment) -> "Shards":
        number, told = environment.shards, environment.own_shards
        try:
            own = frozenset(int(each) for each in told.split(",")) if told else frozenset(range(number))
        except ValueError:
            own = frozenset()
        if not own or not own <= frozenset(range(number)):
            raise ShardUnknown(f"ELDERCARE_…_OWN_SHARDS: {told!r} names none, or more than the {number} there are.")
        return cls(number, own)
