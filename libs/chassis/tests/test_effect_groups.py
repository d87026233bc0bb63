"""Quick calls go in groups: claimed, made and settled together, and none of them suffers for another."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import psycopg
import pytest

from chassis.context import Context
from chassis.database import connect
from chassis.effect_runner import EffectRunner
from chassis.effects import Effect, Outcome
from chassis.work import EffectRequest, Work
from eldercare.people.v1.events_pb2 import RegionChanged
from libs.chassis.tests.test_effects import KIND, Answer, Desk, done, hang_up
from suite.testing import TestDatabase

KEYS = [f"{number:02}" for number in range(10)]


@dataclass(kw_only=True)
class Crowd(Desk):
    """The outside that takes many at once; `poison` breaks whatever group it is in."""

    most: int = 4
    groups: list[list[str]] = field(default_factory=list)
    settled: list[list[str]] = field(default_factory=list)
    poison: str = ""
    poison_breaks_call: bool = False

    def call_all(self, effects: Sequence[Effect]) -> list[Outcome | Exception]:
        self.groups.append([effect.key for effect in effects])
        if self.poison_breaks_call and self.poison in self.groups[-1]:
            raise ValueError("one of them")
        return [self._answered(effect) for effect in effects]

    def _answered(self, effect: Effect) -> Outcome | Exception:
        try:
            return self.call(effect)
        except Exception as unknown:
            return unknown

    def settle(self, work: Work, effect: Effect, outcome: Outcome) -> None:
        self.settle_all(work, [(effect, outcome)])

    def settle_all(self, work: Work, settled: Sequence[tuple[Effect, Outcome]]) -> None:
        self.settled.append([effect.key for effect, _ in settled])
        for effect, outcome in settled:
            work.within(effect.context).publish(RegionChanged(), aggregate=f"{effect.key}/{outcome.state}")
            if effect.key == self.poison and not self.poison_breaks_call:
                raise ValueError("not this one")


def request_all(db: TestDatabase) -> None:
    with db.work(context=Context(correlation="a story", actor="persons/test")) as work:
        work.request_effects([EffectRequest(key=key, kind=KIND, request={}) for key in KEYS])


def ended(db: TestDatabase) -> dict[str, str]:
    return {row["key"]: row["state"] for row in db.rows("SELECT key, state FROM effects ORDER BY key")}


def told(db: TestDatabase) -> list[str]:
    return sorted(envelope.aggregate for envelope, _ in db.events())


def all_done() -> list[str]:
    return [f"{key}/done" for key in KEYS]


def test_many_are_claimed_called_and_settled_at_once(db: TestDatabase) -> None:
    crowd = Crowd()
    request_all(db)
    assert db.run_effects({KIND: crowd}) == 10
    assert [len(group) for group in crowd.groups] == [4, 4, 2]
    assert crowd.settled == crowd.groups
    assert told(db) == all_done()
    assert {envelope.context.causation for envelope, _ in db.events()} == {f"effects/{key}" for key in KEYS}
    assert {envelope.context.correlation for envelope, _ in db.events()} == {"a story"}


def test_racing_runners_call_nobody_twice(db: TestDatabase) -> None:
    crowd = Crowd()
    request_all(db)

    def race(_: int) -> None:
        runner = EffectRunner(db.urls.app, "people", {KIND: crowd})
        with connect(db.urls.app, name="racer") as connection:
            while runner.tick(connection):
                pass

    with ThreadPoolExecutor(4) as racers:
        list(racers.map(race, range(4)))
    assert (sorted(crowd.calls), told(db)) == ([1] * 10, all_done())


@pytest.mark.parametrize("trouble", [hang_up, lambda _: Outcome.later("BUSY")])
def test_one_that_cannot_be_called_now_holds_back_no_other_and_goes_alone_next(
    db: TestDatabase, trouble: Answer
) -> None:
    crowd = Crowd(answer=lambda effect: trouble(effect) if effect.key == "02" and effect.attempt < 3 else done(effect))
    request_all(db)
    db.run_effects({KIND: crowd})
    assert told(db) == [f"{key}/done" for key in KEYS if key != "02"]
    for _ in range(3):
        db.push_clock(minutes=2)
        db.run_effects({KIND: crowd})
    assert told(db) == all_done()
    assert len(crowd.groups) == 3


def test_one_that_cannot_be_settled_holds_back_no_other(db: TestDatabase) -> None:
    crowd = Crowd(poison="02")
    request_all(db)
    db.run_effects({KIND: crowd})
    assert [key for key, state in ended(db).items() if state != "done"] == ["02"]
    assert told(db) == [f"{key}/done" for key in KEYS if key != "02"]
    crowd.poison = ""
    db.push_clock(minutes=2)
    db.run_effects({KIND: crowd})
    assert (told(db), len(crowd.calls)) == (all_done(), 11)


def test_a_group_that_breaks_is_unknown_and_each_of_it_is_asked_about_alone(db: TestDatabase) -> None:
    crowd = Crowd(poison="02", poison_breaks_call=True)
    request_all(db)
    db.run_effects({KIND: crowd})
    assert {key for key, state in ended(db).items() if state == "unknown"} == set(KEYS[:4])
    db.push_clock(minutes=2)
    db.run_effects({KIND: crowd})
    assert (crowd.asked, told(db)) == ([2] * 4, all_done())


def test_a_group_whose_process_died_is_asked_about(db: TestDatabase) -> None:
    crowd = Crowd(known=done)
    request_all(db)
    EffectRunner(db.urls.app, "people", {KIND: crowd})._claim(db.connection, [KIND], 4)  # and then the process dies
    db.run_effects({KIND: crowd})
    assert len(crowd.calls) == 6
    db.push_clock(seconds=12)
    db.run_effects({KIND: crowd})
    assert (len(crowd.calls), crowd.asked, told(db)) == (6, [2] * 4, all_done())


def test_the_late_outcome_of_a_frozen_group_changes_nothing(db: TestDatabase) -> None:
    request_all(db)
    late: list[Callable[[], object]] = [lambda: db.push_clock(seconds=12), lambda: db.run_effects({KIND: others})]
    others = Crowd(known=lambda _: Outcome.refused("BAD_NUMBER"))

    def freeze(effect: Effect) -> Outcome:
        while late:
            late.pop(0)()
        return Outcome.done("too late")

    db.run_effects({KIND: Crowd(answer=freeze)})
    assert told(db) == [f"{key}/{'refused' if key < '04' else 'done'}" for key in KEYS]


def test_a_group_whose_session_is_lost_is_not_called_again_by_it(db: TestDatabase) -> None:
    crowd = Crowd(known=done)
    request_all(db)

    def cut(effect: Effect) -> Outcome:
        db.connection.close()
        return Outcome.done()

    crowd.answer = cut
    with pytest.raises(psycopg.OperationalError):
        db.run_effects({KIND: crowd})
    assert len(crowd.calls) == 4
    db.reconnect()
    crowd.answer = done
    db.push_clock(seconds=12)
    db.run_effects({KIND: crowd})
    assert (len(crowd.calls), crowd.asked, told(db)) == (10, [2] * 4, all_done())
