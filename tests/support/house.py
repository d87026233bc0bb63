"""The words stories are told in: a household on a whole running suite, with phones, a watch and a clock to push."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any, TypeVar

from google.protobuf.message import Message

from chassis.clock import wall_now
from chassis.rpc.client import Refused
from eldercare.device.v1.events_pb2 import AlarmRaised
from eldercare.notify.v1 import message_pb2 as answers
from eldercare.notify.v1.events_pb2 import MessageSent
from eldercare.notify.v1.notify_service_pb2 import AnswerRequest
from eldercare.order.v1 import events_pb2 as facts
from eldercare.order.v1.incident_pb2 import OUTCOME_TEST, Incident
from eldercare.order.v1.incident_service_pb2 import CloseIncidentRequest, GetIncidentRequest
from eldercare.order.v1.order_pb2 import Order
from eldercare.order.v1.order_service_pb2 import CancelOrderRequest, GetOrderRequest
from eldercare.people.v1.person_service_pb2 import SetPasswordRequest
from suite import cast
from suite.box import Box
from suite.cast import Member
from suite.crowd import Household, households, settle_in
from suite.journals import Journals
from suite.phone import Phone, as_person, as_suite, new_request
from suite.simulated_watch import Fix
from suite.testing import push_clock
from suite.waiting import NeverHappened, until
from suite.watch import Status, WatchLine

M = TypeVar("M", bound=Message)
PASSES, A_MOMENT_S = 15, 2.0


class House:
    """One made-up household of its own on a shared suite: a story disturbs no other."""

    def __init__(self, box: Box, journals: Journals, number: int) -> None:
        self.box, self.journals = box, journals
        self.state = box.state()
        self.household: Household = households(number + 1, seed=7)[number]
        self._phones: dict[str, Phone] = {}
        self.began = journals.now("device")

    def settle_in(self) -> None:
        """Registers the household."""
        suite = as_suite(self.state.rpc, self.box.place.run_dir / "keys")
        settle_in(suite, self.phone(cast.OPERATOR), [self.household])

    def phone(self, member: Member) -> Phone:
        """A phone on which that member of the cast is signed in."""
        if member.login not in self._phones:
            self._phones[member.login] = as_person(self.state.rpc, member.login, cast.PASSWORD)
        return self._phones[member.login]

    def login_for(self, person: str, who: str) -> str:
        """Gives a person of the household a login; the password is that of the cast."""
        login = f"{who}-{self.household.identity}"
        suite = as_suite(self.state.rpc, self.box.place.run_dir / "keys")
        secret = SetPasswordRequest(request_id=new_request(), name=person, login=login, password=cast.PASSWORD)
        suite.sessions.SetPassword(secret)
        suite.close()
        return login

    @contextmanager
    def watch(self) -> Iterator[WatchLine]:
        """The elder's watch, connected and greeted."""
        line = WatchLine(self.state.watch, self.household.identity)
        line.hello()
        yield line
        line.close()

    def press(self, status: int = Status.SOS, *, with_fix: bool = True) -> None:
        """The elder's watch sends this status and has heard that it arrived."""
        fix = Fix(lat=self.household.lat, lon=self.household.lon) if with_fix else None
        with self.watch() as line:
            line.ask(line.watch.alarm(status, fix, wall_now().replace(microsecond=0)), "AL")

    def sees(self, fact: type[M], wanted: Callable[[Any], bool] = lambda _: True, *, count: int = 1) -> M:
        """Waits until the journals hold that many such facts; the last of them."""

        def look() -> M | None:
            found = [message for _, message in self.journals.of(fact, since=self.began) if wanted(message)]
            return found[count - 1] if len(found) >= count else None

        return until(look, f"{count} {fact.DESCRIPTOR.name}")

    def all(self, fact: type[M], wanted: Callable[[Any], bool] = lambda _: True) -> list[M]:
        """The facts so far."""
        return [message for _, message in self.journals.of(fact, since=self.began) if wanted(message)]

    def alarms(self, count: int) -> list[AlarmRaised]:
        """This household's alarms, once there are so many."""
        self.sees(AlarmRaised, self._mine, count=count)
        return self.all(AlarmRaised, self._mine)

    def incident(self) -> facts.IncidentOpened:
        return self.sees(facts.IncidentOpened, self._mine)

    def order(self, *, count: int = 1) -> facts.OrderPlaced:
        return self.sees(facts.OrderPlaced, self._mine, count=count)

    def offered_to(self, worker: Member) -> str:
        """The order, once it is offered to that worker."""
        placed = self.order()
        self.sees(facts.OrderOffered, lambda fact: fact.order == placed.order and worker.name in fact.workers)
        return placed.order

    def message_to(self, recipient: str, incident: str, template: str = "") -> MessageSent:
        """To a phone: the live view alone reaches nobody."""
        return self.sees(
            MessageSent,
            lambda fact: (
                (fact.recipient, fact.incident) == (recipient, incident)
                and template in fact.template
                and fact.channel != answers.CHANNEL_FEED
            ),
        )

    def answer(self, member: Member, incident: str, kind: answers.AnswerKind.ValueType) -> None:
        request = AnswerRequest(request_id=new_request(), incident=incident, answer=kind)
        self.phone(member).notify.Answer(request)

    def look_at_order(self, name: str) -> Order:
        return self.phone(cast.OPERATOR).orders.GetOrder(GetOrderRequest(name=name))

    def look_at_incident(self, name: str) -> Incident:
        return self.phone(cast.OPERATOR).incidents.GetIncident(GetIncidentRequest(name=name))

    def push_clock(self, **shift: float) -> None:
        """Moves the clock of every service's database."""
        for tester in self.state.testers.values():
            push_clock(tester, timedelta(**shift))

    def pass_time_until(self, look: Callable[[], object], what: str, *, minutes: float) -> None:
        """Lets civil time pass in steps, each long enough for the suite to do what became due, until it is seen."""
        for _ in range(PASSES):
            self.push_clock(minutes=minutes)
            with suppress(NeverHappened):
                until(look, what, patience_s=A_MOMENT_S)
                return
        raise NeverHappened(f"not seen in {PASSES * minutes:.0f} minutes: {what}")

    def tidy(self) -> None:
        """Frees the workers of this story and closes what it left open, as the duty desk would."""
        desk = self.phone(cast.OPERATOR)
        for placed in self.all(facts.OrderPlaced, self._mine):
            with suppress(Refused):
                request = CancelOrderRequest(request_id=new_request(), name=placed.order, reason="other")
                desk.orders.CancelOrder(request)
        for opened in self.all(facts.IncidentOpened, self._mine):
            with suppress(Refused):
                closing = CloseIncidentRequest(request_id=new_request(), name=opened.incident, outcome=OUTCOME_TEST)
                desk.incidents.CloseIncident(closing)

    def now(self) -> datetime:
        return self.journals.now("order")

    def _mine(self, fact: Any) -> bool:
        return bool(fact.person == self.household.elder)
