"""The broker's queues as its management interface counts them."""

from dataclasses import dataclass

from suite.servers.management import Management
from suite.servers.refusals import ServerUnusable


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueStatus:
    name: str
    ready: int
    unacked: int
    consumers: int

    @property
    def is_dead_letters(self) -> bool:
        return self.name.endswith(".dead")


def queue_status(management: str, vhost: str) -> list[QueueStatus] | str:
    """The queues, or why they cannot be seen. Its figures are some seconds old."""
    try:
        found = Management(management).get("queues", vhost)
    except (OSError, ServerUnusable) as away:
        return f"the broker cannot be asked ({type(away).__name__})"
    return [
        QueueStatus(
            name=each["name"],
            ready=each.get("messages_ready", 0),
            unacked=each.get("messages_unacknowledged", 0),
            consumers=each.get("consumers", 0),
        )
        for each in sorted(found, key=lambda each: each["name"])
    ]
