"""What a service hands to the host of its events process."""

from dataclasses import dataclass

from chassis.subscriber import Handlers


@dataclass(frozen=True, slots=True, kw_only=True)
class Consumer:
    """A consuming service: event class → use case."""

    service: str
    handlers: Handlers
