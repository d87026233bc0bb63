"""Who consumes is asked of the broker; when it is away there is no figure, and nothing else breaks."""

from collections.abc import Callable

from prometheus_client import REGISTRY

from chassis.queues import QueueLook
from libs.chassis.tests.telling import LISTENER, Listener
from suite.servers import Servers
from suite.waiting import until

QUEUE = f"{LISTENER}.urgent.0"


def consumers() -> float | None:
    return REGISTRY.get_sample_value("eldercare_queue_consumers", {"queue": QUEUE})


def test_a_queue_without_consumer_is_seen_and_a_broker_that_is_away_gives_no_figure(
    servers: Servers, urls: dict[str, str], relaying: Callable[..., object]
) -> None:
    relaying()
    listener, look = Listener(urls[LISTENER]), QueueLook(urls[LISTENER], [QUEUE]).look
    look()
    assert consumers() == 1
    listener.close()
    until(lambda: (look(), consumers() == 0)[1], "nobody consumes")
    servers.rabbitmq.kill()
    try:
        look()
        assert consumers() is None
    finally:
        servers.rabbitmq.start()
    until(lambda: (look(), consumers() == 0)[1], "it is seen again", patience_s=60)
