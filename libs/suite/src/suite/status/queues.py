"""The broker's queues: which there are by its management interface, what is in them by the queues themselves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import structlog

from chassis.queues import counted, reached
from suite.servers.management import Management
from suite.servers.refusals import ServerUnusable

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueStatus:
    """`unacked` is some seconds old, the others are of now."""

    name: str
    ready: int
    unacked: int
    consumers: int

    @property
    def is_dead_letters(self) -> bool:
        return self.name.endswith(".dead")


def queue_status(management: str, amqp: str, vhost: str) -> list[QueueStatus] | str:
    """The queues, or why they cannot be seen. Without an AMQP address all figures are some seconds old."""
    try:
        found = sorted(Management(management).get("queues", vhost), key=lambda each: str(each["name"]))
        now = _of_now(_within(amqp, vhost), [each["name"] for each in found]) if amqp else {}
    except (OSError, ServerUnusable) as away:
        return f"the broker cannot be asked ({type(away).__name__})"
    return [_status(each, now) for each in found]


def _status(told: dict[str, Any], now: dict[str, tuple[int, int]]) -> QueueStatus:
    name, old = told["name"], (told.get("messages_ready", 0), told.get("consumers", 0))
    ready, consumers = now.get(name, old)
    return QueueStatus(name=name, ready=ready, unacked=told.get("messages_unacknowledged", 0), consumers=consumers)


def _of_now(url: str, names: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Statistics lag by five seconds: whoever has just started would seem not to consume. They tell of the others."""
    counts: dict[str, tuple[int, int]] = {}
    try:
        with reached(url) as broker:
            counts.update((name, counted(broker, name)) for name in names)
    except Exception as unseen:  # kombu wraps, amqp does not
        log.info("queue.unseen", reason=type(unseen).__name__)
    return counts


def _within(url: str, vhost: str) -> str:
    return urlunsplit(urlsplit(url)._replace(path=f"/{quote(vhost, safe='')}"))
