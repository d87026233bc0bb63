"""Calls of one kind that have threads of their own: nothing of another lane stands before them, none is left out."""

from chassis.database import connect
from chassis.effect_runner import EffectRunner
from chassis.work import EffectRequest
from libs.chassis.tests.test_effects import KIND, Desk
from suite.testing import TestDatabase

LANES = {"a": "", "b": "ahead", "c": "", "d": "ahead", "e": "of a later release"}


def request_all(db: TestDatabase) -> None:
    with db.work() as work:
        work.request_effects([EffectRequest(key=key, kind=KIND, lane=lane, request={}) for key, lane in LANES.items()])
        assert work.rings == {f"effects.{KIND}", f"effects.{KIND}.ahead", f"effects.{KIND}.of a later release"}


def made(db: TestDatabase, runner: EffectRunner) -> str:
    with connect(db.urls.app, name="runner") as connection:
        while runner.tick(connection):
            pass
    return "".join(row["key"] for row in db.rows("SELECT key FROM effects WHERE state = 'done' ORDER BY key"))


def test_a_lane_has_its_own_callers_and_all_others_are_called_beside_it(db: TestDatabase) -> None:
    request_all(db)
    executors = {KIND: Desk()}
    assert made(db, EffectRunner(db.urls.app, "people", executors, lanes=["ahead"], beside=False)) == "bd"
    assert made(db, EffectRunner(db.urls.app, "people", executors, lanes=["ahead"])) == "abcde"


def test_who_knows_no_lanes_makes_them_all(db: TestDatabase) -> None:
    request_all(db)
    assert made(db, EffectRunner(db.urls.app, "people", {KIND: Desk()})) == "abcde"
