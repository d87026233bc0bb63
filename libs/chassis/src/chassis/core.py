"""A core process: commands and queries, relay, timers, retries, effects, auditor, on plain threads."""

import os
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

import redis
import structlog

from chassis.access import Relate
from chassis.context import Context
from chassis.database import Database
from chassis.due import DueLook
from chassis.effect_runner import EffectRunner
from chassis.effects import Executor, GroupExecutor
from chassis.environment import ServiceEnvironment
from chassis.export.part import Part
from chassis.identity import Identity
from chassis.loops import Loop, Tick
from chassis.paging import PAGE, Occasion, Pager
from chassis.parked import PARKED, STILL_PARKED
from chassis.queues import QueueLook
from chassis.refusal import Refusals
from chassis.relay import Relay
from chassis.retries import SetAsideRunner
from chassis.rpc.calls import Rpc
from chassis.rpc.client import Clients
from chassis.rpc.server import names_of
from chassis.seal import Seals
from chassis.subscriber import Handlers, Subscriber
from chassis.timers import TimerHandler, TimerRunner
from chassis.topology import topology_of
from chassis.upkeep import Upkeep
from chassis.webhook import Webhook
from chassis.work import Work, bell_of

log = structlog.get_logger(__name__)

SECOND_LOOKS_S = 1.0
SILENT_S = 10.0
S = TypeVar("S")
Background = Callable[[threading.Event], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Deps(Generic[S]):
    """What a service's parts are built from."""

    settings: S
    rpc: Rpc
    database: Database
    clients: Clients
    identity: Identity
    seals: Seals
    redis: "redis.Redis"

    @contextmanager
    def transaction(self, context: Context | None = None) -> Iterator[Work]:
        with self.database.transaction(context or Context(actor=self.identity.name)) as work:
            yield work


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What runs in a core: servicers with the function that adds them, timers, effects and their lanes, why a human is
    paged, the auditor, threads; and what the service gives to an export."""

    servicers: Sequence[tuple[Callable[[Any, Any], None], Any]] = ()
    timers: Mapping[str, TimerHandler] = field(default_factory=dict)
    effects: Mapping[str, Executor] = field(default_factory=dict)
    lanes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    pages: Mapping[str, Occasion] = field(default_factory=dict)
    auditor: Callable[[Work], object] | None = None
    background: Sequence[Background] = ()
    exported: Sequence[Part] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Core(Generic[S]):
    """One service as the host of core processes sees it."""

    service: str
    settings: type[S]
    relate: Relate
    build: Callable[[Deps[S]], Parts]
    handlers: Handlers = field(default_factory=dict)
    refusals: Refusals = field(default_factory=dict)


class RunningCore:
    """The loops and threads of one service in this process."""

    def __init__(
        self, core: Core[Any], settings: Any, environment: ServiceEnvironment, targets: Mapping[str, str]
    ) -> None:
        service, url = core.service, environment.database_url
        self.core = core
        self.database = Database(url, name=f"{service}.core")
        self.identity = Identity.load(service, Path(environment.signing_key), Path(environment.trusted_keys))
        self.clients = Clients(self.identity, targets)
        seals = Seals.load(Path(environment.seal_keys))
        self.deps = Deps(
            settings=settings,
            rpc=Rpc(service, self.database, self.identity, core.relate, seals),
            database=self.database,
            clients=self.clients,
            identity=self.identity,
            seals=seals,
            redis=connect_redis(environment.redis_url),
        )
        self.parts = core.build(self.deps)
        self.loops = self._loops(environment)
        self._stopping = threading.Event()
        self._background = [
            threading.Thread(target=self._run_background, args=(run,), name=f"{service}.background", daemon=True)
            for run in self.parts.background
        ]

    def _loops(self, environment: ServiceEnvironment) -> list[Loop]:
        service, parts, url = self.core.service, self.parts, environment.database_url
        loops = [Relay(url, environment.amqp_url, service, confirm_s=environment.confirm_s).loop]
        upkeep = Upkeep(service, parts.auditor, _look_at_queues(self.core, environment))
        loops.append(Loop(url, name=f"{service}.upkeep", channel="upkeep", tick=upkeep.tick, poll_s=Upkeep.EVERY_S))
        effects: dict[str, Executor] = {PAGE: self._pager(environment), **parts.effects}
        look = DueLook(parts.timers, effects).tick
        loops.append(Loop(url, name=f"{service}.due", channel="due", tick=look, poll_s=DueLook.EVERY_S))
        if parts.timers:
            loops.append(self._woken("timers", "timers", TimerRunner(url, service, parts.timers).tick))
        for kind, executor in effects.items():  # of its own: one that hangs keeps no other kind waiting
            lanes = parts.lanes.get(kind, ())
            loops += self._callers(kind, "", EffectRunner(url, service, {kind: executor}, lanes=lanes))
            for lane in lanes:
                run = EffectRunner(url, service, {kind: executor}, lanes=[lane], beside=False)
                loops += self._callers(kind, lane, run)
        if self.core.handlers:
            retry = SetAsideRunner(url, Subscriber(service, self.core.handlers)).tick
            loops.append(self._woken("retries", "set_aside", retry))
        return loops

    def _callers(self, kind: str, lane: str, runner: EffectRunner) -> list[Loop]:
        """Of a kind that goes in groups one thread makes the calls, and another looks whether it does."""
        bell = bell_of(kind, lane)
        name = bell.removeprefix("effects.")
        first, second = f"{name}.0", f"{name}.1"
        if isinstance(runner.executors[kind], GroupExecutor):
            return [
                self._woken(first, bell, runner.tick),
                self._woken(second, "nobody", runner.tick, poll_s=SECOND_LOOKS_S),
            ]
        return [self._woken(each, bell, runner.tick) for each in (first, second)]

    def _woken(self, name: str, channel: str, tick: Tick, *, poll_s: float = DueLook.OTHERS_EVERY_S) -> Loop:
        return Loop(self.database.url, name=f"{self.core.service}.{name}", channel=channel, tick=tick, poll_s=poll_s)

    def _pager(self, environment: ServiceEnvironment) -> Pager:
        door = Webhook(environment.pager_url, environment.pager_secret)
        return Pager(door, self.deps.transaction, {PARKED: STILL_PARKED, **self.parts.pages})

    @property
    def names(self) -> list[str]:
        """Full names of the rpc services."""
        return names_of(self.parts.servicers)

    def start(self) -> None:
        self.database.open()
        for thread in (*self.loops, *self._background):
            thread.start()

    def ask_to_stop(self) -> None:
        self._stopping.set()
        for loop in self.loops:
            loop.stop()

    def stop(self) -> None:
        """Waits for the loops to end what they have in hand; what they cannot end in time is found by the next."""
        self.ask_to_stop()
        for loop in self.loops:
            loop.join(timeout=5)
        self.clients.close()
        self.database.close()

    def dead(self) -> list[str]:
        """Threads that are no longer there: a reason to end the process."""
        return [thread.name for thread in (*self.loops, *self._background) if not thread.is_alive()]

    def not_ready(self) -> list[str]:
        """Loops without the database. One that hangs keeps its connections: then no loop has had an answer."""
        is_silent = all(loop.silent_s() > SILENT_S for loop in self.loops)
        return [loop.name for loop in self.loops if is_silent or not loop.is_connected]

    def stalled(self, longest_s: float) -> list[str]:
        """Loops that no longer tick. Who waits for the database is not one: a restart would not bring it back."""
        return [loop.name for loop in self.loops if loop.silent_s() > longest_s and not loop.waits_for_database]

    def _run_background(self, run: Background) -> None:
        try:
            run(self._stopping)
        except BaseException:
            log.exception("loop.died", loop=f"{self.core.service}.background")
            if not self._stopping.is_set():
                os._exit(70)


def _look_at_queues(core: Core[Any], environment: ServiceEnvironment) -> Callable[[], object]:
    if not core.handlers:
        return lambda: None
    topology = topology_of(core.service, core.handlers, environment.shards)
    queues = (*topology.queues(range(environment.shards)), topology.dead)
    return QueueLook(environment.amqp_url, [queue.name for queue in queues]).look


def connect_redis(url: str) -> "redis.Redis":
    """A client that gives up quickly: what Redis holds may be lost."""
    return redis.Redis.from_url(
        url or "redis://127.0.0.1:1", socket_timeout=0.5, socket_connect_timeout=0.5, decode_responses=True
    )
