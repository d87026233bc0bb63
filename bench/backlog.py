"""What is on its way through a box at one moment, and whether that grows."""

from collections.abc import Sequence
from statistics import linear_regression
from threading import Event, Thread
from types import TracebackType
from typing import Self

from kombu.connection import Connection as Broker

from chassis.clock import monotonic
from suite.journals import Journals

SAMPLE_S = 0.2
LEAST_SAMPLES = 6
# Of a window: the chain has filled by then.
WARM = 0.3
# Growth a second that still counts as none, as a share of the rate.
GROWTH = 0.05
_WAITING = """SELECT (SELECT count(*) FROM outbox) + (SELECT count(*) FROM set_aside)
              + (SELECT count(*) FROM effects WHERE settled_at IS NULL AND due_at <= app_now()
                                                 OR state = 'calling' AND settled_at IS NULL) AS n"""

Sample = tuple[float, int]


def growth(samples: Sequence[Sample]) -> float:
    """Pieces a second by which the backlog grew once the chain was full; samples are (seconds, pieces)."""
    first, last = samples[0][0], samples[-1][0]
    kept = [sample for sample in samples if sample[0] >= first + (last - first) * WARM]
    return linear_regression([at for at, _ in kept], [size for _, size in kept]).slope


def is_sustained(samples: Sequence[Sample], rate: float) -> bool:
    """Whether a box that got `rate` a second got rid of as much; never of one that was hardly looked at."""
    return len(samples) >= LEAST_SAMPLES and growth(samples) <= rate * GROWTH


class Backlog:
    """Outboxes, queues, effects that are due and what was set aside, of all services together."""

    def __init__(self, auditors: dict[str, str], broker_url: str, queues: Sequence[str]) -> None:
        self._journals, self._broker, self._queues = Journals(auditors), Broker(broker_url), queues

    def size(self) -> int:
        waiting: int = 0
        for connection in self._journals.connections.values():
            row = connection.execute(_WAITING).fetchone()
            waiting += row["n"] if row else 0
        channel = self._broker.default_channel
        return waiting + sum(int(channel.queue_declare(name, passive=True).message_count) for name in self._queues)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._journals.close()
        self._broker.release()


class Watching:
    """A context manager that samples beside what runs inside it."""

    def __init__(self, backlog: Backlog) -> None:
        self._backlog, self._over = backlog, Event()
        self.samples: list[Sample] = []
        self._thread = Thread(target=self._watch, name="backlog", daemon=True)

    def _watch(self) -> None:
        while not self._over.wait(SAMPLE_S):
            self.samples.append((monotonic(), self._backlog.size()))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
