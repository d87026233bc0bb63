"""The ladder whatever happens in whatever order: no step skipped, nobody called after a stand-down, never forgotten."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from notify_service.ladder.domain.facts import Called, NobodyCame, StoodDown
from notify_service.ladder.domain.ladder import (
    Answer,
    CallerCannotCome,
    CallerHasNoPart,
    IncidentIsClosed,
    Ladder,
    State,
)
from notify_service.ladder.domain.policy import POLICIES, plan, policy_of

GRANNY, DESK, WORKER, OPERATOR = "granny", "desk", "worker", "operator"
FAMILY = ("daughter", "son", "niece", "nephew")
ANYONE = st.sampled_from((*FAMILY, WORKER, GRANNY))
START = datetime(2026, 3, 2, tzinfo=UTC)


class LadderMachine(RuleBasedStateMachine):
    ladder: Ladder

    @initialize(size=st.integers(0, 4), urgency=st.sampled_from(sorted(POLICIES)))
    def starts(self, size: int, urgency: str) -> None:
        self.now = START
        steps = plan(policy_of(urgency), FAMILY[:size], DESK)
        self.ladder = Ladder(incident="incidents/1", person=GRANNY, steps=steps)
        self.calls: list[Called] = []
        self.resting_calls = 0
        self.ladder.start(self.now)
        self.take_facts(was_resting=False)

    def take_facts(self, *, was_resting: bool) -> None:
        """A ladder that rested may only call again after it was opened again."""
        for fact in self.ladder.facts:
            if isinstance(fact, Called):
                self.calls.append(fact)
                wait = self.ladder.steps[min(fact.step, len(self.ladder.steps)) - 1].wait
                assert not fact.people or self.ladder.due == self.now + wait
                was_resting = was_resting and self.ladder.state is not State.OPEN
                self.resting_calls += was_resting
            if isinstance(fact, StoodDown):
                assert fact.by not in fact.told
            if isinstance(fact, NobodyCame):
                assert self.calls[-1].is_desk
        self.ladder.facts.clear()

    def act(self, verb: str, *given: object, **more: object) -> None:
        was_resting = self.ladder.state is not State.OPEN
        with suppress(IncidentIsClosed, CallerCannotCome, CallerHasNoPart):
            getattr(self.ladder, verb)(*given, **more)
        self.take_facts(was_resting=was_resting)

    @rule(person=ANYONE, kind=st.sampled_from([Answer.SEEN, Answer.CANNOT, Answer.ON_MY_WAY]))
    def someone_answers(self, person: str, kind: Answer) -> None:
        step, due = self.ladder.step, self.ladder.due
        self.act("answer", person, kind, self.now, is_worker=person == WORKER)
        if kind is Answer.SEEN:
            assert (self.ladder.step, self.ladder.due) == (step, due)

    @rule(kind=st.sampled_from(list(Answer)))
    def the_desk_answers(self, kind: Answer) -> None:
        self.act("answer", OPERATOR, kind, self.now, is_operator=True)

    @rule()
    def someone_arrives(self) -> None:
        self.act("arrived", WORKER)

    @rule()
    def the_responsible_deadline_passes(self) -> None:
        self.act("deadline_passed", self.now)

    @precondition(lambda self: self.ladder.due is not None)
    @rule()
    def time_passes_until_the_step_is_over(self) -> None:
        assert self.ladder.due is not None
        self.now = self.ladder.due
        self.act("time_out", self.ladder.step, self.now)

    @precondition(lambda self: self.ladder.state is not State.OPEN)
    @rule()
    def the_timer_of_a_resting_ladder_fires_late(self) -> None:
        before = len(self.calls)
        self.act("time_out", self.ladder.step, self.now)
        assert len(self.calls) == before

    @rule(back=st.integers(1, 5))
    def a_timer_of_an_earlier_step_fires_late(self, back: int) -> None:
        before = len(self.calls)
        self.act("time_out", self.ladder.step - back, self.now)
        assert len(self.calls) == before

    @rule(seconds=st.integers(1, 600))
    def time_passes(self, seconds: int) -> None:
        due = self.ladder.due
        self.now = min(self.now + timedelta(seconds=seconds), due) if due else self.now + timedelta(seconds=seconds)

    @rule()
    def the_incident_closes(self) -> None:
        self.act("close")

    @invariant()
    def an_open_ladder_has_a_next_step_and_no_other_has(self) -> None:
        if not hasattr(self, "ladder"):
            return
        if self.ladder.state is State.OPEN:
            assert self.ladder.due is not None
            assert self.ladder.due >= self.now
        else:
            assert self.ladder.due is None

    @invariant()
    def no_step_is_skipped_or_taken_twice(self) -> None:
        if hasattr(self, "ladder"):
            assert [call.step for call in self.calls] == list(range(1, len(self.calls) + 1))

    @invariant()
    def nobody_is_called_while_the_ladder_rests(self) -> None:
        if hasattr(self, "ladder"):
            assert self.resting_calls == 0

    @invariant()
    def nobody_else_is_called_while_one_is_going(self) -> None:
        if hasattr(self, "ladder") and self.ladder.going:
            assert self.ladder.state is not State.OPEN

    @invariant()
    def only_who_has_a_part_in_it_is_going(self) -> None:
        if hasattr(self, "ladder"):
            called = {who for step in self.ladder.steps for who in step.people}
            assert self.ladder.going <= called | {WORKER, OPERATOR}

    @invariant()
    def family_comes_before_the_desk_and_once(self) -> None:
        if hasattr(self, "ladder"):
            family = [who for call in self.calls if not call.is_desk for who in call.people]
            assert len(family) == len(set(family))
            kinds = [call.is_desk for call in self.calls]
            assert kinds == sorted(kinds)


TestLadderMachine = LadderMachine.TestCase


def test_whoever_never_answers_brings_the_duty_desk() -> None:
    steps = plan(policy_of("urgent"), FAMILY, DESK)
    ladder = Ladder(incident="incidents/1", person=GRANNY, steps=steps)
    ladder.start(START)
    while not ladder.is_at_desk():
        assert ladder.due is not None
        ladder.time_out(ladder.step, ladder.due)
    called = [fact.people for fact in ladder.facts if isinstance(fact, Called)]
    assert called == [("daughter",), ("son", "niece", "nephew"), (DESK,)]


def test_a_step_whose_people_all_said_no_before_their_turn_is_not_waited_for() -> None:
    steps = plan(policy_of("urgent"), FAMILY[:2], DESK)
    ladder = Ladder(incident="incidents/1", person=GRANNY, steps=steps)
    ladder.start(START)
    ladder.answer("son", Answer.CANNOT, START)
    ladder.answer("daughter", Answer.CANNOT, START)
    assert ladder.is_at_desk()


def test_an_urgency_of_a_later_release_is_urgent() -> None:
    assert policy_of("catastrophe") == POLICIES["urgent"]
