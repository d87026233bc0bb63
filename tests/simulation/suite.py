"""The suite in one process: the real cores and consumers of four services over databases in memory."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import psycopg

from chassis.consumer import Consumer
from chassis.context import Caller
from chassis.holding import Holder
from chassis.refusal import Refusal
from chassis.rpc.client import Refused
from chassis.subscriber import Handlers
from chassis.work import Work
from eldercare.notify.v1 import notify_service_pb2
from eldercare.order.v1 import incident_service_pb2
from tests.simulation.broker import Broker
from tests.simulation.cores import CORES, Database, parts_of
from tests.simulation.falling_due import DUE, look
from tests.simulation.memory import Memory, Session
from tests.simulation.outside import DutyDesk, Till, rule_of, unreachable
from tests.simulation.processes import Killed, Loop, Process, seconds
from tests.simulation.runners import Runners
from tests.simulation.trouble import Trouble

_CONTRACTS: dict[str, tuple[Any, ...]] = {"order": (incident_service_pb2,), "notify": (notify_service_pb2,)}
COPIES = 2
BATCH = 16
_POLLS = {"relay": 0.5, "timers": 0.25, "effects": 0.25, "retries": 0.5}


class Suite(Trouble):
    def __init__(self, seed: int, memories: dict[str, Memory], watch: Any) -> None:
        super().__init__(seed)
        self.memories, self.watch = memories, watch
        self.till, self.desk = Till(self), DutyDesk(self)
        self.handlers = {name: self._watched(name, core.handlers) for name, core in CORES.items()}
        self.broker = Broker(self, self.handlers)
        self._runners = Runners(partial(parts_of, self), self.handlers)
        self.cores: dict[str, list[Process]] = {}
        self.consumers: dict[str, list[Process]] = {}
        for service in CORES:
            self.cores[service] = [self._core(service, number) for number in range(COPIES)]
            self.consumers[service] = [self._consumer(service, number) for number in range(COPIES)]
        self._due: dict[str, dict[str, int]] = {service: {} for service in CORES}
        for service in CORES:
            look(self.memories[service], self._due[service], DUE)

    # processes

    def _core(self, service: str, number: int) -> Process:
        process = Process(f"{service}.core.{number}")
        for kind in ("relay", "timers", "effects", "effects", "retries"):
            process.loops.append(Loop(kind, partial(self._tick, process, service, kind), seconds(_POLLS[kind])))
        process.died = partial(self._runners.forget, process)
        self.processes.append(process)
        return process

    def _consumer(self, service: str, number: int) -> Process:
        process = Process(f"{service}.events.{number}")
        process.loops.append(Loop("facts", partial(self._consume, process, service), seconds(0.1)))
        process.died = process.silent = partial(self._leave, process, service)
        self.processes.append(process)
        return process

    def _leave(self, process: Process, service: str) -> None:
        if self.broker.queues[service].owner is process:
            self.broker.drop(service)

    def _tick(self, process: Process, service: str, kind: str, loop: Loop) -> int:
        """As `chassis.loops` does: a lost database is waited for."""
        try:
            if loop.session is None or loop.session.closed:
                loop.session = self.connect(service, name=kind)
            return int(self._runners.of(process, service, kind).tick(loop.session))
        except (psycopg.OperationalError, psycopg.InterfaceError):
            if loop.session is not None:
                loop.session.lose()
            return 0

    def _consume(self, process: Process, service: str, loop: Loop) -> int:
        """As `chassis.events` does: one batch, one transaction, then an ack for each."""
        epoch, taken = self.broker.take(service, self.rng.randrange(1, BATCH + 1))
        if not taken:
            return 0
        if loop.state is None:
            loop.state = Holder(Consumer(service=service, handlers=self.handlers[service]), service, self.connect)  # type: ignore[arg-type]
        loop.state.process([delivery for _, delivery in taken], lambda: False)
        for tag, _ in taken:
            self.anything_may_happen("ack")
            self.broker.ack(service, epoch, tag)
        return 1

    def _watched(self, service: str, handlers: Handlers) -> Handlers:
        def watched(handle: Any) -> Any:
            def run(work: Work, message: Any) -> None:
                handle(work, message)
                if self.handler_fails():
                    self.note(f"{service} cannot handle {type(message).__name__}")
                    raise ValueError("made up")
                event = work.event
                assert event is not None
                session: Any = work.connection
                session.handled.append((service, event.aggregate, event.sequence))

            return run

        return {message: watched(handle) for message, handle in handlers.items()}

    # what the processes stand on

    def connect(self, service: str, *, name: str = "", **_: str) -> Session:
        return Session(self.memories[service], self, name)

    def committed(self, session: Session) -> None:
        self.watch.committed(self, session)
        memory = session.memory
        look(memory, self._due[memory.service], memory.touched & DUE.keys())
        memory.touched.clear()

    def database(self, service: str) -> Database:
        return Database(self, service)

    def servicer(self, service: str, method: str) -> tuple[Any, Any]:
        process = self.callee(service) or self.cores[service][0]
        for _, servicer in self._runners.parts(process, service).servicers:
            if hasattr(servicer, method) and hasattr(servicer, "rpc"):
                base = type(servicer).__mro__[1].__name__.removesuffix("Servicer")
                descriptor = _services(service)[base].FindMethodByName(method)
                if descriptor is not None:
                    return getattr(servicer, method), rule_of(descriptor)
        raise LookupError(method)

    def callee(self, service: str) -> Process | None:
        up = [each for each in self.cores[service] if each.is_alive and each.frozen_until <= self.now]
        return self.rng.choice(up) if up else None

    def caller(self, name: str) -> Caller:
        return Caller(subject=name)

    @contextmanager
    def inside(self, callee: Process) -> Iterator[None]:
        """The thread works for a caller in another process: if that one dies, the caller is told."""
        task = self._task
        assert task is not None
        task.stack.append(callee)
        try:
            yield
        except Killed as killed:
            if killed.process is not callee:
                raise
            raise unreachable("UNREACHABLE") from None
        except (Refusal, psycopg.Error) as refused:
            raise Refused(type(refused).__name__, "", None) from refused  # type: ignore[arg-type]
        finally:
            task.stack.remove(callee)

    # who can go next

    def ready_loops(self) -> list[tuple[Process, Loop]]:
        now, ready = self.now, []
        for service, cores in self.cores.items():
            wanted = [name for name, at in self._due[service].items() if at <= now]
            if wanted:
                for process in cores:
                    if process.is_alive and process.frozen_until <= now:
                        ready += [
                            (process, loop)
                            for loop in process.loops
                            if loop.name in wanted
                            and not loop.is_busy
                            and loop.rests_until <= now
                            and not (loop.name == "relay" and waits_for_lock(self.memories[service], loop))
                        ]
            consuming = self._consuming(service)
            if consuming:
                ready.append(consuming)
        return ready

    def _consuming(self, service: str) -> tuple[Process, Loop] | None:
        queues = self.broker.queues[service]
        if not queues.count or self.broker.is_down:
            return None
        if queues.owner is None:
            up = [each for each in self.consumers[service] if each.is_alive and each.frozen_until <= self.now]
            queues.owner = self.rng.choice(up) if up else None
        process = queues.owner
        if process is None or process.frozen_until > self.now or process.loops[0].is_busy:
            return None
        return process, process.loops[0]

    def moments(self) -> list[int]:
        """What is due later, and what is due but rests; who is dead or frozen is waited for by others."""
        now, found = self.now, []
        for service, cores in self.cores.items():
            for name, at in self._due[service].items():
                if at > now:
                    found.append(at)
                    continue
                for core in cores:
                    if core.is_alive:
                        rests = [loop.rests_until for loop in core.loops if loop.name == name and not loop.is_busy]
                        found += [max(min(rests), core.frozen_until)] if rests else []
            if self.broker.queues[service].count:
                found += [max(self.broker.down_until, each.frozen_until) for each in self.consumers[service]]
        return [each for each in found if each > now]


def waits_for_lock(memory: Memory, loop: Loop) -> bool:
    """Another relay holds the database's lock: this one stands still until it is free."""
    return memory.relay is not None and memory.relay is not loop.session


def _services(service: str) -> dict[str, Any]:
    modules = _CONTRACTS[service]
    return {name: each for module in modules for name, each in module.DESCRIPTOR.services_by_name.items()}
