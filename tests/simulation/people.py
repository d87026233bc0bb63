"""What people do: press, answer, go there, help, take over, close. What is refused is refused."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

import psycopg

from chassis.context import Caller, Context
from chassis.ids import uuid7
from chassis.refusal import Refusal
from chassis.work import Work
from device_service.adapters.events import Alarm, Event, VendorCode
from device_service.alarm.use_cases import Raised, raise_alarms
from device_service.frame.sealing import Keys
from notify_service.ladder.domain.ladder import (
    Answer,
    CallerCannotCome,
    CallerHasNoPart,
    IncidentIsClosed,
    TakeOverIsForOperators,
)
from notify_service.ladder.use_cases import answer
from order_service.incident.domain.refusals import IncidentRefusal
from order_service.incident.domain.words import Outcome
from order_service.incident.use_cases import close_incident, take_over
from order_service.visit import use_cases as visits
from order_service.visit.arrival import arrive_by_operator
from order_service.visit.domain.refusals import OrderRefusal
from tests.simulation.community import DAUGHTER, FAMILY, OPERATOR, speaking
from tests.simulation.cores import SEALS
from tests.simulation.processes import Killed, Process, seconds
from tests.simulation.suite import Suite

_REFUSED = (
    Refusal,
    IncidentRefusal,
    OrderRefusal,
    IncidentIsClosed,
    TakeOverIsForOperators,
    CallerHasNoPart,
    CallerCannotCome,
)


class People:
    """Each act is a transaction of the service's core; one that failed is tried again a little later."""

    def __init__(self, suite: Suite) -> None:
        self.suite, self.rng = suite, suite.rng
        self.phones = Process("people")
        self.gave: dict[str, set[str]] = {}

    def press(self, elder: str, kinds: tuple[str, ...]) -> None:
        """The watch sends its frame until it is acknowledged."""
        suite, frame = self.suite, uuid7()

        def store(work: Work) -> None:
            by = Raised(
                frame=frame,
                device=speaking(elder, suite.now),
                holder=elder,
                receive_time=work.now,
                correlation=UUID(str(frame)),
            )
            raise_alarms(work, Keys(work, SEALS, ()), by, [_event(kind, work) for kind in kinds])

        self._act("device", f"{elder[-1]} presses {' '.join(kinds)}", store, again=True)

    def something(self) -> None:
        """Somebody does what makes sense to somebody just now, or nonsense."""
        order = self.suite.memories["order"].db
        acts: list[Callable[[], None]] = []
        for name, incident, worker, state in order.execute("SELECT name, incident, worker, state FROM orders"):
            acts += self._of_order(name, incident, worker, state)
        for name, subject in order.execute("SELECT name, subject FROM incidents WHERE state = 'open'"):
            acts.append(partial(self._answer, name, subject))
            if self.rng.random() < 0.2:
                acts.append(partial(self._take_over, name))
        if acts:
            self.rng.choice(acts)()

    def _of_order(self, name: str, incident: str, worker: str, state: str) -> list[Callable[[], None]]:
        order = self.suite.memories["order"].db
        if state == "offered":
            rows = order.execute("SELECT worker FROM offers WHERE \"order\" = ? AND state = 'offered'", [name])
            return [*(partial(self._offered, name, who) for (who,) in rows)] * 2
        step = {"assigned": self._set_out, "en_route": self._arrive, "arrived": self._start}.get(state)
        if step is not None:
            return [lambda: step(name, worker)] * 3
        if state == "in_service":
            return [lambda: self._complete(name, worker)] * 3
        if state == "completed" and self.rng.random() < 0.3:
            return [lambda: self._confirm(name)]
        return []

    def _offered(self, name: str, worker: str) -> None:
        if self.rng.random() < 0.7:
            self._act("order", f"{worker[-1]} accepts", lambda work: visits.accept_offer(work, name, worker))
        else:
            self._act("order", f"{worker[-1]} declines", lambda work: visits.decline_offer(work, name, worker))

    def _set_out(self, name: str, worker: str) -> None:
        if self.rng.random() < 0.1:
            self.cancel(name)
        elif self.rng.random() < 0.7:
            self._act("order", f"{worker[-1]} sets out", lambda work: visits.depart(work, name, worker))

    def _arrive(self, name: str, worker: str) -> None:
        if self.rng.random() < 0.8:
            self._act("order", f"{worker[-1]} arrives", lambda work: arrive_by_operator(work, name))

    def _start(self, name: str, worker: str) -> None:
        self._act("order", f"{worker[-1]} starts", lambda work: visits.start_service(work, name, worker))

    def _complete(self, name: str, worker: str) -> None:
        self._act("order", f"{worker[-1]} is done", lambda work: visits.complete_service(work, name, worker, "safe"))

    def _confirm(self, name: str) -> None:
        self._act("order", "family confirms", lambda work: visits.confirm_order(work, name, DAUGHTER, has_right=True))

    def _answer(self, incident: str, subject: str) -> None:
        who = self.rng.choice(FAMILY[subject])
        kind = self.rng.choice((Answer.SEEN, Answer.CANNOT, Answer.CANNOT, Answer.ON_MY_WAY))
        self._act("notify", f"{who[-1]} says {kind.value}", lambda work: answer(work, incident, who, kind, "app"))

    def _take_over(self, incident: str) -> None:
        self._act("order", "desk takes over", lambda work: take_over(work, incident, OPERATOR))

    def cancel(self, name: str) -> None:
        self._act("order", "desk cancels", lambda work: visits.cancel_order(work, name, "no need", is_operator=True))

    def close(self, incident: str) -> None:
        self._act(
            "order",
            "desk closes",
            lambda work: close_incident(work, incident, Outcome.ASSISTANCE, closer=OPERATOR, is_operator=True),
        )

    def _act(self, service: str, what: str, verb: Callable[[Work], Any], *, again: bool = False) -> None:
        suite = self.suite
        process = suite.callee(service)
        if process is None:
            suite.later(seconds(1), lambda: self._act(service, what, verb, again=again))
            return

        def run() -> None:
            suite.note(what)
            context = Context(actor=OPERATOR, correlation="")
            try:
                with suite.database(service).transaction(context, caller=Caller(subject=OPERATOR)) as work:
                    verb(work)
            except _REFUSED as refused:
                suite.note(f"refused: {type(refused).__name__}")
            except (psycopg.Error, Killed) as lost:
                if again:
                    suite.later(seconds(2), lambda: self._act(service, what, verb, again=True))
                if isinstance(lost, Killed):
                    raise

        suite.task(process, run)


def _event(kind: str, work: Work) -> Event:
    return Event(body=Alarm(alarm=kind), event_time=work.now, received_at=work.now, vendor=VendorCode(code=kind))
