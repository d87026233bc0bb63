"""What is on its way through a box, place by place, and whether any place grows."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.metadata import entry_points
from statistics import linear_regression
from threading import Event, Thread
from types import TracebackType
from typing import Self

from kombu.connection import Connection as Broker

from chassis.clock import monotonic
from chassis.consumer import Consumer
from chassis.envelope import event_rule
from chassis.journal import type_of
from suite.journals import Journals

SAMPLE_S = 0.2
LEAST_SAMPLES = 30
# Of a window: the chain has filled by then.
WARM = 0.3
# Growth a second that still counts as none, as a share of what is put into the place a second.
GROWTH = 0.05
_WAITING = """SELECT (SELECT count(*) FROM outbox) AS outbox, (SELECT count(*) FROM set_aside) AS events,
              (SELECT count(*) FROM effects WHERE settled_at IS NULL AND due_at <= app_now()
                                               OR state = 'calling' AND settled_at IS NULL) AS effects"""
_TOLD = "SELECT type, count(*) AS n FROM events WHERE time BETWEEN %s AND %s GROUP BY type"
_ASKED = "SELECT count(*) AS n FROM effects WHERE requested_at BETWEEN %s AND %s"

# Pieces at each place: the outbox, the queues with what was set aside, and the effects of each service.
Pieces = Mapping[str, int]
Sample = tuple[float, Pieces]


def growth(samples: Sequence[Sample], place: str) -> float:
    """Pieces a second by which a place grew once the chain was full; samples are (seconds, pieces)."""
    first, last = samples[0][0], samples[-1][0]
    kept = [sample for sample in samples if sample[0] >= first + (last - first) * WARM]
    return linear_regression([at for at, _ in kept], [pieces.get(place, 0) for _, pieces in kept]).slope


def growing(samples: Sequence[Sample], put_in: Mapping[str, float]) -> list[str]:
    """The places that did not get rid of what was `put_in` a second; "unseen" when they were hardly looked at."""
    if len(samples) < LEAST_SAMPLES:
        return ["unseen"]
    return [place for place in samples[-1][1] if growth(samples, place) > put_in.get(place, 0.0) * GROWTH]


class Backlog:
    """Outboxes, queues, effects that are due and what was set aside, of all services."""

    def __init__(self, auditors: dict[str, str], broker_url: str, queues: Sequence[str]) -> None:
        self._journals, self._broker, self._queues = Journals(auditors), Broker(broker_url), queues

    def pieces(self) -> Pieces:
        found: dict[str, int] = {}
        for service, connection in self._journals.connections.items():
            row = connection.execute(_WAITING).fetchone() or {}
            found |= {f"{service}.{place}": number for place, number in row.items()}
        channel = self._broker.default_channel
        for name in self._queues:
            place = f"{name.partition('.')[0]}.events"
            found[place] = found.get(place, 0) + int(channel.queue_declare(name, passive=True).message_count)
        return found

    def size(self) -> int:
        return sum(self.pieces().values())

    def put_in(self, since: datetime, until: datetime) -> dict[str, float]:
        """Pieces a second that came to each place in between: facts that leave, facts somebody hears, effects."""
        came: dict[str, float] = {}
        hearers = _hearers()
        for service, connection in self._journals.connections.items():
            asked = connection.execute(_ASKED, [since, until]).fetchone()
            came[f"{service}.effects"] = asked["n"] if asked else 0
            for row in connection.execute(_TOLD, [since, until]).fetchall():
                places = [f"{each}.events" for each in hearers.get(row["type"], ())]
                if not event_rule(type_of(row["type"])).journal_only:
                    places.append(f"{service}.outbox")
                for place in places:
                    came[place] = came.get(place, 0) + row["n"]
        return {place: number / (until - since).total_seconds() for place, number in came.items()}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._journals.close()
        self._broker.release()


def _hearers() -> dict[str, list[str]]:
    """Type of a fact → the services that consume it."""
    found: dict[str, list[str]] = {}
    for point in entry_points(group="eldercare.events"):
        consumer: Consumer = point.load()
        for heard in consumer.handlers:
            found.setdefault(heard.DESCRIPTOR.full_name, []).append(consumer.service)
    return found


class Watching:
    """A context manager that samples beside what runs inside it."""

    def __init__(self, backlog: Backlog) -> None:
        self._backlog, self._over = backlog, Event()
        self.samples: list[Sample] = []
        self._thread = Thread(target=self._watch, name="backlog", daemon=True)

    def _watch(self) -> None:
        while not self._over.wait(SAMPLE_S):
            self.samples.append((monotonic(), self._backlog.pieces()))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._over.set()
        self._thread.join()
