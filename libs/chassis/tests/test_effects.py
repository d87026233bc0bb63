"""Calls to the outside: stored before, settled once, asked about when unknown, never repeated blindly."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from chassis.database import connect
from chassis.effect_runner import EffectRunner
from chassis.effects import Effect, OneShot, Outcome
from chassis.work import Work
from eldercare.people.v1.events_pb2 import RegionChanged
from suite.testing import TestDatabase

KIND = "message"
Answer = Callable[[Effect], Outcome | None]


def done(_: Effect) -> Outcome:
    return Outcome.done("ref-1", ms=3)


def hang_up(_: Effect) -> Outcome:
    raise TimeoutError("no answer")


@dataclass(kw_only=True)
class Desk(OneShot):
    """The outside: what it answers, and what it was called with."""

    answer: Answer = done
    known: Answer = field(default=lambda _: None)
    attempts: int | None = 5
    calls: list[int] = field(default_factory=list)
    asked: list[int] = field(default_factory=list)
    doubted: list[bool] = field(default_factory=list)
    settle_fails: int = 0

    def call(self, effect: Effect) -> Outcome:
        self.calls.append(effect.attempt)
        self.doubted.append(effect.in_doubt)
        outcome = self.answer(effect)
        assert outcome is not None
        return outcome

    def ask(self, effect: Effect) -> Outcome | None:
        self.asked.append(effect.attempt)
        return self.known(effect)

    def settle(self, work: Work, effect: Effect, outcome: Outcome) -> None:
        work.publish(RegionChanged(), aggregate=f"effects/{outcome.state}")
        if self.settle_fails:
            self.settle_fails -= 1
            raise ValueError("not today")


def request(db: TestDatabase, key: str = "a") -> None:
    with db.work() as work:
        work.request_effect(key, KIND, {"to": "someone made up"}, timeout_s=10)


def settled(db: TestDatabase) -> list[str]:
    return [envelope.aggregate.partition("/")[2] for envelope, _ in db.events()]


def state(db: TestDatabase) -> str:
    (row,) = db.rows("SELECT state FROM effects")
    return str(row["state"])


def run_for(db: TestDatabase, desk: Desk, *, rounds: int = 8) -> None:
    for _ in range(rounds):
        db.run_effects({KIND: desk})
        db.push_clock(minutes=2)


def test_a_call_is_made_once_however_often_it_is_requested(db: TestDatabase) -> None:
    desk = Desk()
    for _ in range(3):
        request(db)
    run_for(db, desk)
    assert (desk.calls, settled(db), state(db)) == ([1], ["done"], "done")
    (row,) = db.rows("SELECT reference, detail FROM effects")
    assert row == {"reference": "ref-1", "detail": {"ms": 3}}


def test_four_racing_runners_make_each_call_once(db: TestDatabase) -> None:
    desk = Desk()
    for number in range(40):
        request(db, f"{number}")

    def race(_: int) -> None:
        runner = EffectRunner(db.urls.app, "people", {KIND: desk})
        with connect(db.urls.app, name="racer") as connection:
            while runner.tick(connection):
                pass

    with ThreadPoolExecutor(4) as racers:
        list(racers.map(race, range(4)))
    assert (desk.calls, settled(db)) == ([1] * 40, ["done"] * 40)


def test_a_refused_call_is_settled_and_not_made_again(db: TestDatabase) -> None:
    desk = Desk(answer=lambda _: Outcome.refused("BAD_NUMBER"))
    request(db)
    run_for(db, desk)
    assert (desk.calls, settled(db), state(db)) == ([1], ["refused"], "refused")


def test_a_call_that_certainly_did_not_happen_is_made_later_without_asking(db: TestDatabase) -> None:
    desk = Desk(answer=lambda effect: Outcome.later("BUSY") if effect.attempt < 3 else Outcome.done())
    request(db)
    run_for(db, desk)
    assert (desk.calls, desk.asked, settled(db)) == ([1, 2, 3], [], ["done"])


def test_a_call_without_an_answer_is_asked_about_and_not_repeated(db: TestDatabase) -> None:
    desk = Desk(answer=hang_up, known=done)
    request(db)
    db.run_effects({KIND: desk})
    assert state(db) == "unknown"
    run_for(db, desk)
    assert (desk.calls, desk.asked, settled(db)) == ([1], [2], ["done"])


def test_a_call_that_never_arrived_is_made_again_with_the_same_key(db: TestDatabase) -> None:
    desk = Desk(answer=lambda effect: hang_up(effect) if effect.attempt == 1 else Outcome.done())
    request(db)
    run_for(db, desk)
    assert (desk.calls, desk.asked, settled(db)) == ([1, 2], [2], ["done"])


def test_a_try_that_did_not_happen_does_not_settle_what_became_of_an_earlier_one(db: TestDatabase) -> None:
    def lost_then_busy(effect: Effect) -> Outcome:
        return hang_up(effect) if effect.attempt == 1 else Outcome.later("BUSY")

    desk = Desk(answer=lost_then_busy, known=lambda effect: done(effect) if effect.attempt == 4 else None)
    request(db)
    run_for(db, desk)
    assert (desk.calls, desk.asked, settled(db)) == ([1, 2, 3], [2, 3, 4], ["done"])
    assert desk.doubted == [False, True, True]


def test_what_never_succeeds_is_given_up_once_and_said(db: TestDatabase) -> None:
    desk = Desk(answer=lambda _: Outcome.later("BUSY"))
    request(db)
    run_for(db, desk)
    assert (len(desk.calls), settled(db), state(db)) == (5, ["given_up"], "given_up")


def test_a_call_whose_process_died_is_asked_about(db: TestDatabase) -> None:
    desk = Desk(known=done)
    request(db)
    EffectRunner(db.urls.app, "people", {KIND: desk})._claim(db.connection, [KIND], 1)  # and then the process dies
    assert db.run_effects({KIND: desk}) == 0
    db.push_clock(seconds=12)
    db.run_effects({KIND: desk})
    assert (desk.calls, desk.asked, settled(db)) == ([], [2], ["done"])


def test_the_late_outcome_of_a_frozen_process_changes_nothing(db: TestDatabase) -> None:
    request(db)

    def freeze(_: Effect) -> Outcome:
        db.push_clock(seconds=12)
        db.run_effects({KIND: Desk(known=lambda _: Outcome.refused("BAD_NUMBER"))})
        return Outcome.done("too late")

    db.run_effects({KIND: Desk(answer=freeze)})
    assert (settled(db), state(db)) == (["refused"], "refused")


def test_an_outcome_that_could_not_be_stored_is_asked_for_again(db: TestDatabase) -> None:
    desk = Desk(known=done, settle_fails=2)
    request(db)
    run_for(db, desk)
    assert (desk.calls, desk.asked, settled(db)) == ([1], [2, 3], ["done"])


@pytest.mark.parametrize("attempts", [3_000, 60])
def test_an_effect_that_is_tried_for_ever_is_tried_every_hour(db: TestDatabase, attempts: int) -> None:
    desk = Desk(answer=lambda _: Outcome.later("BUSY"), attempts=None)
    request(db)
    db.connection.execute("UPDATE effects SET attempts = %s", [attempts])
    db.run_effects({KIND: desk})
    (row,) = db.rows("SELECT due_at - app_now() AS delay FROM effects")
    assert timedelta(minutes=59) < row["delay"] <= timedelta(hours=1)


def test_what_an_effect_leads_to_belongs_to_its_story(db: TestDatabase) -> None:
    request(db)
    db.run_effects({KIND: Desk()})
    ((envelope, _),) = db.events()
    assert (envelope.context.causation, envelope.actor) == ("effects/a", "services/people")
