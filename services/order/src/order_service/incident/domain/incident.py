"""An incident: alarms of one subject, one responsible party with a deadline while it is open, one outcome."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from order_service.incident.domain.alarm import Alarm
from order_service.incident.domain.facts import (
    AlarmAttached,
    IncidentClosed,
    IncidentFact,
    IncidentOpened,
    ResponsibilityMoved,
)
from order_service.incident.domain.policy import TERMS, Policy, policy_of
from order_service.incident.domain.refusals import IncidentAlreadyClosed, OrderUnfinished
from order_service.incident.domain.words import HELD, Answer, IncidentState, Outcome, Reason, Urgency


@dataclass(slots=True, kw_only=True)
class Incident:
    name: str
    number: str
    subject: str
    person: str
    place: str
    region: str
    cell: str
    kind: str
    archived: bool
    urgency: Urgency
    rule: str
    responsible: str
    deadline_time: datetime
    open_time: datetime
    # Of the last move, if there was one.
    reason: Reason | None = None
    state: IncidentState = IncidentState.OPEN
    outcome: Outcome | None = None
    closer: str = ""
    close_time: datetime | None = None
    facts: list[IncidentFact] = field(default_factory=list)

    @classmethod
    def open(cls, alarm: Alarm, *, name: str, number: str, now: datetime) -> "Incident":
        policy = policy_of(alarm.kind, archived=alarm.archived)
        incident = cls(
            name=name,
            number=number,
            subject=alarm.subject,
            person=alarm.person,
            place=alarm.place,
            region=alarm.region,
            cell=alarm.cell,
            kind=alarm.kind,
            archived=alarm.archived,
            urgency=policy.urgency,
            rule=policy.rule,
            responsible=alarm.region,
            deadline_time=now + policy.answer,
            open_time=now,
        )
        incident.facts.append(incident._opened(alarm))
        return incident

    @property
    def is_open(self) -> bool:
        return self.state is IncidentState.OPEN

    @property
    def desk(self) -> str:
        return self.region

    @property
    def policy(self) -> Policy:
        """The policy of the gravest alarm so far."""
        return policy_of(self.kind, archived=self.archived)

    @property
    def is_left_lying(self) -> bool:
        """The desk was told before, and its time is running out again."""
        return self.responsible == self.desk and self.reason is not None

    def attach(self, alarm: Alarm, now: datetime) -> None:
        """A further alarm; a graver one than before raises the urgency and shortens the desk's time."""
        self._must_be_open()
        policy = policy_of(alarm.kind, archived=alarm.archived)
        is_graver = policy.urgency.rank > self.urgency.rank
        if is_graver:
            self.kind, self.archived = alarm.kind, alarm.archived
            self.urgency, self.rule = policy.urgency, policy.rule
        self.cell = alarm.cell or self.cell
        self.facts.append(
            AlarmAttached(incident=self.name, alarm=alarm.name, alarm_kind=alarm.kind, urgency=self.urgency)
        )
        if is_graver and self.responsible == self.desk and now + policy.answer < self.deadline_time:
            self._move(self.desk, now + policy.answer, Reason.RAISED)

    def sent_again(self, now: datetime) -> None:
        """Help was there, left, and was called again before the incident closed."""
        self._return_to_desk(Reason.RAISED, now)

    def answer(self, person: str, answer: Answer, *, is_operator: bool, now: datetime) -> None:
        """Who sets out becomes responsible unless someone is there or took over; `seen` changes nothing."""
        if not self.is_open:
            return
        if answer is Answer.ON_MY_WAY and self.reason not in HELD:
            self._move(person, now + TERMS.on_my_way, Reason.ON_MY_WAY)
        elif answer is Answer.TAKE_OVER and is_operator:
            self._move(person, now + TERMS.take_over, Reason.TAKE_OVER)
        elif answer is Answer.CANNOT and person == self.responsible:
            self._return_to_desk(Reason.CANNOT, now)

    def take_over(self, operator: str, now: datetime) -> None:
        self._must_be_open()
        self._move(operator, now + TERMS.take_over, Reason.TAKE_OVER)

    def nobody_reached(self, now: datetime) -> None:
        """The ladder ran out. Whoever became responsible meanwhile keeps the incident."""
        self._desk_again(Reason.NOBODY_REACHED, now)

    def no_worker(self, now: datetime) -> None:
        self._desk_again(Reason.NO_WORKER, now)

    def worker_accepted(self, worker: str, deadline: datetime) -> None:
        """A worker answers for an incident that only the desk had; who is on the way already keeps it."""
        if self.is_open and self.responsible == self.desk:
            self._move(worker, deadline, Reason.ACCEPTED)

    def worker_replaced(self, former: str, worker: str, deadline: datetime) -> None:
        if self.is_open and self.responsible in {former, self.desk}:
            self._move(worker, deadline, Reason.ACCEPTED)

    def worker_arrived(self, worker: str, now: datetime) -> None:
        """Being there, proven, outranks every promise."""
        if self.is_open:
            self._move(worker, now + TERMS.visit, Reason.ARRIVED)

    def visit_completed(self, worker: str, now: datetime) -> None:
        if self.is_open and self.responsible == worker:
            self._move(worker, now + TERMS.closing, Reason.COMPLETED)

    def visit_lost(self, worker: str, reason: Reason, now: datetime) -> None:
        """The worker who answered for it does not come."""
        if self.is_open and self.responsible == worker:
            self._return_to_desk(reason, now)

    def deadline_passed(self, now: datetime) -> None:
        """Whoever had it let the time run out: the desk must act, again and again until someone does."""
        if self.is_open and now >= self.deadline_time:
            self._return_to_desk(Reason.DEADLINE_PASSED, now)

    def close(self, outcome: Outcome, *, closer: str, unfinished: Collection[str], now: datetime) -> None:
        self._must_be_open()
        if unfinished:
            raise OrderUnfinished(incident=self.name, orders=" ".join(sorted(unfinished)))
        self.state, self.outcome, self.closer, self.close_time = IncidentState.CLOSED, outcome, closer, now
        self.facts.append(IncidentClosed(incident=self.name, outcome=outcome, closer=closer))

    def _must_be_open(self) -> None:
        if not self.is_open:
            raise IncidentAlreadyClosed(incident=self.name, outcome=str(self.outcome or ""))

    def _desk_again(self, reason: Reason, now: datetime) -> None:
        if self.is_open and self.responsible == self.desk:
            self._return_to_desk(reason, now)

    def _return_to_desk(self, reason: Reason, now: datetime) -> None:
        self._move(self.desk, now + max(self.policy.answer, timedelta(minutes=1)), reason)

    def _move(self, responsible: str, deadline: datetime, reason: Reason) -> None:
        self.responsible, self.deadline_time, self.reason = responsible, deadline, reason
        self.facts.append(
            ResponsibilityMoved(
                incident=self.name, responsible=responsible, deadline_time=deadline, reason=reason.value
            )
        )

    def _opened(self, alarm: Alarm) -> IncidentOpened:
        return IncidentOpened(
            incident=self.name,
            number=self.number,
            alarm=alarm.name,
            alarm_kind=alarm.kind,
            person=self.person,
            place=self.place,
            region=self.region,
            cell=self.cell,
            urgency=self.urgency.value,
            responsible=self.responsible,
            deadline_time=self.deadline_time,
            alarm_receive_time=alarm.receive_time,
            archived=alarm.archived,
        )
