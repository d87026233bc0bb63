"""Every metric of the mechanism, by name and label; docs/metrics.md lists them with the services' own.

Labels are services, kinds and codes: sets that the code bounds. Nothing of a person is ever one.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from importlib.metadata import version

from prometheus_client import Counter, Gauge, Histogram

from chassis.clock import wall_now

_QUICK = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_ROWS = (1, 2, 4, 8, 16, 32, 64, 128, 256)

PROCESS = Gauge("eldercare_process_info", "1; which process this is, and its release", ["process", "version"])
LIVE = Gauge("eldercare_process_live", "1 while liveness has nothing to say")
READY = Gauge("eldercare_process_ready", "1 while readiness has nothing to say")
DATABASE = Gauge("eldercare_database_connected", "1 while this process reaches the database of a service", ["service"])
RECONNECTS = Counter("eldercare_reconnects_total", "Connections that were lost", ["loop", "to"])

WAITING = Gauge("eldercare_waiting_rows", "Rows that wait, by service and place", ["service", "place"])
OLDEST = Gauge("eldercare_oldest_waiting_seconds", "Age of the oldest row that waits, 0 if none", ["service", "place"])
AUDITED = Gauge("eldercare_audited_timestamp_seconds", "Unix time of the last completed audit", ["service"])
QUEUE_READY = Gauge("eldercare_queue_ready_messages", "Messages in a queue and in nobody's hands", ["queue"])
QUEUE_CONSUMERS = Gauge("eldercare_queue_consumers", "Consumers of a queue as the broker counts them", ["queue"])

RELAY_ACTIVE = Gauge("eldercare_relay_active", "1 while this process holds the relay's lock", ["service"])
RELAY_BROKER = Gauge("eldercare_relay_broker_connected", "1 while the broker confirms what is published", ["service"])
RELAYED = Counter(
    "eldercare_relayed_events_total", "Events published, by what the broker answered", ["service", "answer"]
)
RELAY_BATCH = Histogram("eldercare_relay_batch_rows", "Events published together", ["service"], buckets=_ROWS)

CONSUMING = Gauge("eldercare_consumer_consuming", "1 while the consumer holds its queues", ["consumer"])
HANDLED = Counter(
    "eldercare_events_handled_total", "Events whose handler has committed, or had before", ["consumer", "type"]
)
HOP = Histogram(
    "eldercare_event_hop_seconds", "From an event's own time to its handler's commit", ["consumer"], buckets=_QUICK
)
BATCH = Histogram("eldercare_event_batch_events", "Events handled in one transaction", ["consumer"], buckets=_ROWS[:6])
SET_ASIDE = Counter(
    "eldercare_events_set_aside_total", "Events whose handler failed, by the error's name", ["consumer", "reason"]
)
REDONE = Counter(
    "eldercare_batches_redone_total", "Batches done again after they met another transaction", ["consumer"]
)

TIMERS = Counter("eldercare_timers_fired_total", "Timers by kind and outcome", ["service", "kind", "outcome"])
EFFECTS = Counter("eldercare_effects_total", "Calls to the outside by kind and outcome", ["service", "kind", "outcome"])
EFFECT_SECONDS = Histogram(
    "eldercare_effect_seconds", "Duration of calls to the outside", ["service", "kind"], buckets=_QUICK
)
PAGES = Counter("eldercare_pages_total", "Pages to a human that were taken, by why somebody waited in vain", ["reason"])
CALLS = Counter("eldercare_rpc_calls_total", "Calls by method and code", ["method", "code"])
CALL_SECONDS = Histogram("eldercare_rpc_seconds", "Duration of calls", ["method"], buckets=_QUICK)

Check = Callable[[], str]


def introduce(process: str, *, live: Check, ready: Check) -> None:
    """Says which process this is, and lets each look at the figures ask its two checks."""
    PROCESS.labels(process, version("eldercare-chassis")).set(1)
    LIVE.set_function(lambda: not live())
    READY.set_function(lambda: not ready())


class Tally:
    """Counts what one consumer has handled; its series are looked up once, so an event costs about two microseconds."""

    def __init__(self, consumer: str, types: Iterable[str]) -> None:
        self._batch, self._hop = BATCH.labels(consumer), HOP.labels(consumer)
        self._handled = {each: HANDLED.labels(consumer, each) for each in types}
        self._unknown = HANDLED.labels(consumer, "unknown")

    def add(self, events: Sequence[tuple[str, datetime]]) -> None:
        """Type and time of each event of a batch, right after its commit."""
        self._batch.observe(len(events))
        now = wall_now()
        for name, time in events:
            self._handled.get(name, self._unknown).inc()
            self._hop.observe(max(0.0, (now - time).total_seconds()))
