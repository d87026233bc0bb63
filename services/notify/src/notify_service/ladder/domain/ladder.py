"""One incident's ladder. It is open until someone is on the way, and while open it has a next step in the future."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from notify_service.ladder.domain.facts import Called, Cause, Closed, Fact, NobodyCame, StoodDown


class State(StrEnum):
    OPEN = "open"
    STOOD_DOWN = "stood_down"
    CLOSED = "closed"


class Answer(StrEnum):
    SEEN = "seen"
    ON_MY_WAY = "on_my_way"
    CANNOT = "cannot"
    TAKE_OVER = "take_over"


class IncidentIsClosed(Exception):
    """Nothing is left to answer."""


class TakeOverIsForOperators(Exception):
    """Only the duty desk can take responsibility over."""


class CallerHasNoPart(Exception):
    """Only who is called, who is sent and the duty desk can say that they are going."""


class CallerCannotCome(Exception):
    """Who needs help cannot be the one who comes to help."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    wait: timedelta
    people: tuple[str, ...]
    is_desk: bool = False


@dataclass(slots=True, kw_only=True)
class Ladder:
    """`step` counts from 1 and keeps growing while the last step, the duty desk, is called again."""

    incident: str
    person: str
    steps: tuple[Step, ...]
    state: State = State.OPEN
    step: int = 0
    due: datetime | None = None
    going: set[str] = field(default_factory=set)
    unable: set[str] = field(default_factory=set)
    facts: list[Fact] = field(default_factory=list)

    def start(self, now: datetime) -> None:
        self._next(now)

    def time_out(self, step: int, now: datetime) -> None:
        """The wait of a step is over. A timer of a step that is behind us changes nothing."""
        if self.state is State.OPEN and step == self.step:
            self._next(now)

    def answer(
        self, person: str, kind: Answer, now: datetime, *, is_operator: bool = False, is_worker: bool = False
    ) -> bool:
        """Takes one of the four answers; True when it stood others down. Seen moves nothing: the step keeps its end."""
        self._check(person, kind, is_operator=is_operator, is_worker=is_worker)
        if kind is Answer.ON_MY_WAY:
            return self._stand_down(person, Cause.ON_MY_WAY)
        if kind is Answer.TAKE_OVER:
            return self._stand_down(person, Cause.TAKE_OVER)
        if kind is Answer.CANNOT:
            self._cannot(person, now)
        return False

    def hurry(self, wait: timedelta, now: datetime) -> None:
        """It is worse than everybody thought: this step ends as soon as one that begins now would."""
        if self.due is not None:
            self.due = min(self.due, now + wait)

    def taken_over(self, operator: str) -> bool:
        return self._stand_down(operator, Cause.TAKE_OVER)

    def arrived(self, worker: str) -> bool:
        """A helper is there, proven: no phone rings any more, and the duty desk is told if it was called."""
        return self._stand_down(worker, Cause.ARRIVED)

    def deadline_passed(self, now: datetime) -> bool:
        """Whoever was going did not come in time. True when the ladder itself called the duty desk now."""
        if self.state is State.CLOSED:
            return True
        if self.state is State.OPEN and not self._current().is_desk:
            return False
        self._reopen()
        self._next(now)
        return self._current().is_desk

    def is_at_desk(self) -> bool:
        return self.state is State.OPEN and self._current().is_desk

    def close(self) -> None:
        if self.state is State.CLOSED:
            return
        self.state, self.due = State.CLOSED, None
        self.facts.append(Closed(told=self.called()))

    def called(self) -> tuple[str, ...]:
        """The people called so far, the duty desk left out."""
        return _others([who for step in self._taken() if not step.is_desk for who in step.people])

    def _check(self, person: str, kind: Answer, *, is_operator: bool, is_worker: bool) -> None:
        if self.state is State.CLOSED:
            raise IncidentIsClosed
        if kind is Answer.TAKE_OVER and not is_operator:
            raise TakeOverIsForOperators
        if kind is Answer.ON_MY_WAY and person == self.person:
            raise CallerCannotCome
        if kind is Answer.ON_MY_WAY and not (is_operator or is_worker or self._calls(person)):
            raise CallerHasNoPart

    def _stand_down(self, by: str, cause: Cause) -> bool:
        """Someone goes. Everybody else who was called is told; nobody is called from here on."""
        if self.state is State.CLOSED:
            return False
        self.unable.discard(by)
        self.going.add(by)
        if self.state is State.STOOD_DOWN:
            return False
        told = [who for step in self._taken() if _needs_word(step, cause) for who in step.people]
        self.state, self.due = State.STOOD_DOWN, None
        self.facts.append(StoodDown(by=by, cause=cause, told=_others(told, by), step=self.step))
        return True

    def _cannot(self, person: str, now: datetime) -> None:
        """The next step comes at once when nobody is left who might go: of this step, or of those who were going."""
        self.unable.add(person)
        was_going = person in self.going
        self.going.discard(person)
        if self.state is State.STOOD_DOWN and was_going and not self.going:
            self._reopen()
            self._next(now)
        elif self.state is State.OPEN and person in self._current().people and self._all_unable():
            self._next(now)

    def _reopen(self) -> None:
        self.state = State.OPEN
        self.going.clear()

    def _next(self, now: datetime) -> None:
        while True:
            self.step += 1
            step = self._current()
            people = tuple(who for who in step.people if step.is_desk or who not in self.unable)
            self.facts.append(Called(step=self.step, people=people, is_desk=step.is_desk))
            if people:
                break
        self.due = now + step.wait
        if self.step == len(self.steps):
            self.facts.append(NobodyCame())

    def _all_unable(self) -> bool:
        return self.unable.issuperset(self._current().people)

    def _current(self) -> Step:
        return self.steps[min(self.step, len(self.steps)) - 1]

    def _calls(self, person: str) -> bool:
        return any(person in step.people for step in self.steps)

    def _taken(self) -> tuple[Step, ...]:
        return self.steps[: self.step]


def _needs_word(step: Step, cause: Cause) -> bool:
    """The desk knows what it took over itself; the family hears of an arrival with the order's news."""
    return {Cause.TAKE_OVER: not step.is_desk, Cause.ARRIVED: step.is_desk}.get(cause, True)


def _others(people: list[str], one: str = "") -> tuple[str, ...]:
    return tuple(dict.fromkeys(who for who in people if who != one))
