"""Asks every part at once, and says what of it a person should look at."""

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from suite.box import BoxState
from suite.status.probes import ProcessStatus, process_status
from suite.status.queues import QueueStatus, queue_status
from suite.status.stores import StoreStatus, store_status

LAG_S = 10.0
_TELLING = {
    "outbox_parked": "events nobody would take are parked in the outbox",
    "set_aside": "events are set aside and tried again",
    "parked": "events are parked",
    "timers_overdue": "timers are overdue",
    "timers_parked": "timers are parked",
    "effects_overdue": "calls to the outside are overdue",
    "effects_unknown": "calls to the outside have an unknown outcome",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """`trouble` is empty when nobody has to do anything."""

    processes: list[ProcessStatus]
    queues: list[QueueStatus]
    stores: list[StoreStatus]
    trouble: list[str]


def look(state: BoxState) -> Status:
    """Takes as long as the slowest part, some seconds at most when one of them hangs."""
    with ThreadPoolExecutor(len(state.health) + len(state.auditors) + 1) as pool:
        asked = pool.submit(queue_status, state.broker, state.amqp, state.vhost)
        processes = list(pool.map(process_status, state.health.keys(), state.health.values()))
        stores = list(pool.map(store_status, state.auditors.keys(), state.auditors.values()))
        queues = asked.result()
    seen, away = ([], [queues]) if isinstance(queues, str) else (queues, [])
    trouble = [*_processes(processes), *away, *_queues(seen), *(each for store in stores for each in _store(store))]
    return Status(processes=processes, queues=seen, stores=stores, trouble=trouble)


def _processes(processes: Sequence[ProcessStatus]) -> Iterator[str]:
    for each in processes:
        if not each.live or not each.ready:
            yield f"{each.name} is not {'ready' if each.live else 'live'}: {each.reason}"


def _queues(queues: Sequence[QueueStatus]) -> Iterator[str]:
    for each in queues:
        if each.is_dead_letters and each.ready:
            yield f"{each.name}: {each.ready} dead letters"
        elif not each.is_dead_letters and not each.consumers:
            yield f"{each.name}: nobody consumes, {each.ready} messages wait"


def _store(store: StoreStatus) -> Iterator[str]:
    if store.away:
        yield store.away
        return
    if not store.relay:
        yield f"{store.service}: no relay is at work"
    oldest = store.waiting["outbox"].oldest_s
    if oldest > LAG_S:
        yield f"{store.service}: {store.waiting['outbox'].rows} events wait in the outbox, the oldest {oldest:.0f} s"
    for place, words in _TELLING.items():
        if store.waiting[place].rows:
            yield f"{store.service}: {store.waiting[place].rows} {words}"
    for what in ("unowned", "overdue"):
        if store.incidents.get(what):
            yield f"{store.service}: {store.incidents[what]} open incidents are {what}"
