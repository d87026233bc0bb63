"""Whatever is answered, attached or forgotten: an open incident has one owner and a deadline ahead."""

from datetime import datetime, timedelta
from uuid import uuid4

import hypothesis.strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from order_service.incident.domain import facts
from order_service.incident.domain.alarm import Alarm
from order_service.incident.domain.incident import Incident
from order_service.incident.domain.policy import POLICIES
from order_service.incident.domain.refusals import IncidentRefusal
from order_service.incident.domain.words import Answer, Outcome, Reason
from services.order.tests.cast import DAUGHTER, ELDER, GARDEN, MORNING, OPERATOR, SON

FAMILY = st.sampled_from([DAUGHTER, SON])
KINDS = st.sampled_from(sorted(POLICIES))


def alarm(kind: str, *, archived: bool = False) -> Alarm:
    return Alarm(
        name=f"alarms/{uuid4()}",
        kind=kind,
        device="devices/made-up",
        person=ELDER,
        place="",
        region=GARDEN,
        cell="wtw3sjq",
        receive_time=MORNING,
        archived=archived,
    )


class IncidentMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.now: datetime = MORNING
        self.incident = Incident.open(alarm("wander"), name="incidents/made-up", number="I-0001", now=MORNING)
        self.owner = GARDEN
        self.is_held = False
        self.gravest = self.incident.urgency.rank
        self.closed: tuple[str, datetime, int] | None = None

    @rule(seconds=st.integers(1, 4_000))
    def time_passes(self, seconds: int) -> None:
        """As the timer does: a deadline that has come is seen to."""
        self.now += timedelta(seconds=seconds)
        if self.incident.is_open and self.now >= self.incident.deadline_time:
            self.owner, self.is_held = GARDEN, False
        self.incident.deadline_passed(self.now)

    @rule(kind=KINDS, archived=st.booleans())
    def another_alarm(self, kind: str, archived: bool) -> None:
        try:
            self.incident.attach(alarm(kind, archived=archived), self.now)
        except IncidentRefusal:
            assert self.closed is not None

    @rule(person=FAMILY, answer=st.sampled_from(Answer))
    def family_answers(self, person: str, answer: Answer) -> None:
        self.incident.answer(person, answer, is_operator=False, now=self.now)
        if self.closed is None and answer is Answer.ON_MY_WAY and not self.is_held:
            self.owner = person
        if self.closed is None and answer is Answer.CANNOT and self.owner == person:
            self.owner = GARDEN

    @rule()
    def operator_takes_over(self) -> None:
        self.incident.answer(OPERATOR, Answer.TAKE_OVER, is_operator=True, now=self.now)
        if self.closed is None:
            self.owner, self.is_held = OPERATOR, True

    @rule()
    def worker_accepts(self) -> None:
        self.incident.worker_accepted("persons/worker", self.now + timedelta(minutes=45))
        if self.closed is None and self.owner == GARDEN:
            self.owner = "persons/worker"

    @rule()
    def worker_arrives(self) -> None:
        self.incident.worker_arrived("persons/worker", self.now)
        if self.closed is None:
            self.owner, self.is_held = "persons/worker", True

    @rule()
    def worker_does_not_come(self) -> None:
        self.incident.visit_lost("persons/worker", Reason.MISSED, self.now)
        if self.closed is None and self.owner == "persons/worker":
            self.owner, self.is_held = GARDEN, False

    @rule()
    def nobody_is_reached(self) -> None:
        self.incident.nobody_reached(self.now)

    @rule(unfinished=st.booleans(), outcome=st.sampled_from(Outcome))
    def closes(self, unfinished: bool, outcome: Outcome) -> None:
        orders = ["orders/running"] if unfinished else []
        try:
            self.incident.close(outcome, closer=OPERATOR, unfinished=orders, now=self.now)
        except IncidentRefusal:
            assert unfinished or self.closed is not None
        else:
            assert not unfinished
            self.closed = (self.owner, self.incident.deadline_time, len(self.incident.facts))

    @invariant()
    def has_exactly_the_owner_it_should_have(self) -> None:
        assert self.incident.responsible == self.owner

    @invariant()
    def open_one_has_a_deadline_ahead(self) -> None:
        assert self.incident.is_open == (self.closed is None)
        if self.incident.is_open:
            assert self.incident.deadline_time > self.now

    @invariant()
    def urgency_never_falls(self) -> None:
        assert self.incident.urgency.rank >= self.gravest
        self.gravest = self.incident.urgency.rank

    @invariant()
    def closed_one_rests(self) -> None:
        if self.closed is not None:
            assert self.closed == (self.incident.responsible, self.incident.deadline_time, len(self.incident.facts))
            assert self.incident.outcome is not None

    @invariant()
    def each_move_was_told_with_its_deadline(self) -> None:
        moves = [fact for fact in self.incident.facts if isinstance(fact, facts.ResponsibilityMoved)]
        if moves:
            last = moves[-1]
            assert (last.responsible, last.deadline_time) == (self.incident.responsible, self.incident.deadline_time)


TestIncidentMachine = IncidentMachine.TestCase
