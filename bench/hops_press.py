"""Alarms into the first hop of either peer, at a rate: `python -m bench.hops_press bare TURN NUMBER RATE`."""

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import local

from kombu.connection import Connection as Broker
from nameko.standalone.events import event_dispatcher

from bench import hops_bare
from bench.hops_nameko_names import EVENT, service_of
from bench.hops_work import Told, broker_url, commit_hop, database
from chassis.clock import monotonic, pause, wall_now

# Enough that a slow commit does not keep the next alarm waiting.
HANDS = 8
Send = Callable[[Told], None]


def bare() -> Send:
    channel = Broker(broker_url()).channel()
    return lambda told: hops_bare.send(channel, told, 1)


def nameko() -> Send:
    dispatch = event_dispatcher({"AMQP_URI": broker_url()})
    return lambda told: dispatch(service_of(1), EVENT, told)


class Presser:
    """A connection of each kind a thread."""

    def __init__(self, sender: Callable[[], Send], turn: str) -> None:
        self._sender, self._turn, self._own = sender, turn, local()

    def open(self) -> None:
        self._own.send, self._own.database = self._sender(), database()

    def press(self, alarm: int) -> None:
        told = Told(turn=self._turn, alarm=alarm, sent=wall_now().isoformat())
        commit_hop(self._own.database, told, 1)
        self._own.send(told)


def main(peer: str, turn: str, number: int, rate: float) -> None:
    presser = Presser({"bare": bare, "nameko": nameko}[peer], turn)
    with ThreadPoolExecutor(HANDS, initializer=presser.open) as pool:
        began, sent = monotonic(), []
        for alarm in range(number):
            pause(max(0.0, began + alarm / rate - monotonic()))
            sent.append(pool.submit(presser.press, alarm))
        for each in sent:
            each.result()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
