"""Outside the suite: a processor that honours keys and may lose its answer, a duty desk, a Redis that forgets."""

from dataclasses import dataclass, field
from typing import Any

from chassis.effects import Outcome
from chassis.rpc.calls import Call, running
from chassis.rpc.client import Refused
from eldercare.access.v1.access_pb2 import access
from payment_service.ledger.domain.amount import Amount
from payment_service.processor.port import Answer, NotSent
from tests.simulation.processes import seconds
from tests.simulation.trouble import Trouble


class LossyRedis:
    """Takes live lines and forgets them; knows nobody's position, so dispatch uses the coarse places."""

    def xadd(self, *_: Any, **__: Any) -> str:
        return "1-0"

    def __getattr__(self, name: str) -> Any:
        raise ConnectionError("no positions here")


@dataclass(slots=True)
class Held:
    minor: int
    captured: int = 0
    ended: str = ""


@dataclass(slots=True)
class Till:
    """The processor: the first answer to a key is the only one. `open` are calls nobody has asked about."""

    world: Trouble
    held: dict[str, Held] = field(default_factory=dict)
    answers: dict[str, Answer] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)
    refuses: bool = False

    def authorise(self, key: str, *, token: str, amount: Amount) -> Answer:
        def act() -> Answer:
            if self.refuses:
                return Answer(accepted=False, reason="card_declined")
            self.held[key] = Held(amount.minor)
            return Answer(accepted=True, reference=key)

        return self._call(key, act)

    def capture(self, key: str, *, reference: str, amount: Amount) -> Answer:
        return self._call(key, lambda: self._end(reference, "captured", amount.minor))

    def void(self, key: str, *, reference: str) -> Answer:
        return self._call(key, lambda: self._end(reference, "voided", 0))

    def find(self, key: str) -> Answer | None:
        self.world.anything_may_happen("asking the processor")
        if self.world.call_fails():
            raise TimeoutError("no answer")
        self.open.discard(key)
        return self.answers.get(key)

    def _end(self, reference: str, how: str, minor: int) -> Answer:
        held = self.held[reference]
        if held.ended:
            self.world.broken = f"{reference} was {held.ended} and is to be {how}"
        if minor > held.minor:
            self.world.broken = f"{reference} holds {held.minor} and {minor} was to be captured"
        held.ended, held.captured = how, minor
        return Answer(accepted=True, reference=f"{reference}:{how}")

    def _call(self, key: str, act: Any) -> Answer:
        world = self.world
        world.anything_may_happen("calling the processor")
        if world.call_fails() and world.rng.random() < 0.3:
            raise NotSent("certainly not")
        if key in self.open:
            world.broken = f"{key} was called again and nobody had asked what became of it"
        self.open.add(key)
        if world.call_fails():
            world.note("the call is lost")
            raise TimeoutError("no answer")
        if key not in self.answers:
            self.answers[key] = act()
        world.anything_may_happen("called the processor")
        if world.call_fails():
            world.note("the answer is lost")
            raise TimeoutError("no answer")
        self.open.discard(key)
        return self.answers[key]


@dataclass(slots=True)
class DutyDesk:
    """Shows a page once, however often it comes under its key."""

    world: Trouble
    pages: set[str] = field(default_factory=set)

    def post(self, key: str, told: Any) -> Outcome:
        self.world.anything_may_happen("paging the desk")
        if self.world.call_fails():
            raise TimeoutError("no answer")
        self.pages.add(key)
        if self.world.call_fails():
            raise TimeoutError("no answer")
        return Outcome.done(key)


class Clients:
    """Other services' rpc: the real servicers, with a way there and back that may fail."""

    def __init__(self, world: Any, caller: str) -> None:
        self._world, self._caller = world, caller

    def stub(self, service: str, stub: Any) -> "Stub":
        return Stub(self._world, self._caller, service)


class Stub:
    def __init__(self, world: Any, caller: str, service: str) -> None:
        self._world, self._caller, self._service = world, caller, service

    def __getattr__(self, method: str) -> Any:
        def call(request: Any, *, timeout: float) -> Any:
            return self._call(method, request, timeout)

        return call

    def _call(self, method: str, request: Any, timeout: float) -> Any:
        world = self._world
        world.note(f"calls {self._service} {method}")
        servicer, rule = world.servicer(self._service, method)
        callee = world.callee(self._service)
        if callee is None or world.call_fails():
            world.pass_time(seconds(0.2))
            raise unreachable("UNREACHABLE")
        call = Call(method=method, access=rule, caller=world.caller(self._caller), correlation="", traceparent="")
        with world.inside(callee):
            token = running.set(call)
            try:
                answer = servicer(request, None)
            finally:
                running.reset(token)
        if world.call_fails():
            world.note("the answer is lost")
            world.pass_time(seconds(timeout))
            raise unreachable("DEADLINE_EXCEEDED")
        return answer


def unreachable(reason: str = "UNREACHABLE") -> Refused:
    return Refused(reason, "", None)  # type: ignore[arg-type]


def rule_of(method: Any) -> Any:
    return method.GetOptions().Extensions[access]
