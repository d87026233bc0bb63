"""One look at the clock rings for all that has fallen due."""

from datetime import timedelta

from psycopg.types.json import Jsonb

from chassis.database import connect
from chassis.due import DueLook
from chassis.work import EffectRequest
from suite.testing import TestDatabase

KINDS = (["clean"], ["call", "post"])
LATER = timedelta(minutes=2)


def rang(db: TestDatabase) -> set[str]:
    """The channels a look rings."""
    with connect(db.urls.app, name="due") as looking, connect(db.urls.app, name="listening") as listening:
        for channel in ("timers", "set_aside", "effects.call", "effects.call.fast", "effects.post"):
            listening.execute(f'LISTEN "{channel}"'.encode())
        DueLook(*KINDS).tick(looking)
        return {heard.channel for heard in listening.notifies(timeout=0.2)}


def test_what_is_due_rings_once_its_time_has_come(db: TestDatabase) -> None:
    with db.work() as work:
        work.set_timer("a", "clean", work.now + timedelta(minutes=1))
        work.request_effect("a", "call", {}, due=work.now + LATER)
        work.request_effects([EffectRequest(key="b", kind="call", request={}, due=work.now + LATER, lane="fast")])
    assert rang(db) == set()
    db.push_clock(minutes=1)
    assert rang(db) == {"timers"}
    db.push_clock(minutes=1)
    assert rang(db) == {"timers", "effects.call", "effects.call.fast"}


def test_a_fact_that_was_set_aside_rings_when_it_is_to_be_tried_again(db: TestDatabase) -> None:
    with db.work() as work:
        work.run(
            """INSERT INTO set_aside (consumer, event_id, type, aggregate, headers, body, reason, error, attempts,
                                      first_at, last_at, next_at)
               SELECT 'people', gen_random_uuid(), '', '', %s, '', '', '', 1, app_now(), app_now(),
                      app_now() + interval '1 second'""",
            [Jsonb({})],
        )
    assert rang(db) == set()
    db.push_clock(seconds=1)
    assert rang(db) == {"set_aside"}


def test_a_timer_set_and_cancelled_in_one_transaction_was_never_there(db: TestDatabase) -> None:
    with db.work() as work:
        work.set_timer("kept", "clean", work.now)
        work.set_timer("gone", "clean", work.now)
        work.cancel_timer("gone")
        work.cancel_timer("kept")
        work.set_timer("kept", "clean", work.now, {"turn": 2})
        work.request_effect("asked", "call", {"turn": 1})
        work.request_effect("asked", "call", {"turn": 2})
    assert [(row["key"], row["payload"]) for row in db.rows("SELECT key, payload FROM timers")] == [
        ("kept", {"turn": 2})
    ]
    assert [row["request"] for row in db.rows("SELECT request FROM effects")] == [{"turn": 1}]
