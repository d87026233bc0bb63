"""The queue before the store: each watch keeps its order, an alarm waits for nobody else's vitals."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from chassis.ids import uuid7
from device_service.adapters.alarm_kinds import AlarmKind
from device_service.adapters.contract import SessionState
from device_service.adapters.events import Alarm, Event, VendorCode
from device_service.frame.received import Received
from device_service.ingress.backlog import Backlog, Waiting

NOON = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
SESSION = uuid7()


def said(identity: str, what: str, *, alarm: bool = False) -> Waiting:
    event = Event(
        body=Alarm(alarm=AlarmKind.SOS_PRESS), event_time=NOON, received_at=NOON, vendor=VendorCode(code="AL")
    )
    frame = Received(
        number=1,
        adapter="watch",
        identity=identity,
        session=SESSION,
        data=what.encode(),
        state=SessionState(),
        events=(event,) if alarm else (),
    )
    return Waiting(frame=frame, answer=lambda _: None)


def words(batch: list[Waiting]) -> list[str]:
    return [waiting.frame.data.decode() for waiting in batch]


def test_a_press_goes_before_all_the_vitals_that_were_there_first() -> None:
    backlog = Backlog()
    for watch in range(50):
        backlog.put(said(f"watch-{watch}", "pulse"))
    backlog.put(said("granny", "help", alarm=True))
    assert words(backlog.take(48)) == ["help"]
    assert len(backlog.take(48)) == 48


def test_a_press_takes_along_what_its_own_watch_said_before_and_leaves_what_it_said_after() -> None:
    backlog = Backlog()
    backlog.put(said("granny", "pulse"))
    backlog.put(said("granny", "help", alarm=True))
    backlog.put(said("granny", "steps"))
    backlog.put(said("uncle", "pulse of uncle"))
    assert words(backlog.take(48)) == ["pulse", "help"]
    assert sorted(words(backlog.take(48))) == ["pulse of uncle", "steps"]
    assert not backlog


def test_one_watch_with_a_long_story_does_not_fill_the_batch() -> None:
    backlog = Backlog()
    for number in range(100):
        backlog.put(said("talker", f"old news {number}"))
    backlog.put(said("granny", "pulse"))
    assert "pulse" in words(backlog.take(48))


def test_what_could_not_be_stored_is_first_again_and_in_order() -> None:
    backlog = Backlog()
    for number in range(5):
        backlog.put(said("granny", f"{number}"))
    batch = backlog.take(3)
    backlog.put_back(batch)
    assert words(backlog.take(48)) == ["0", "1", "2", "3", "4"]


@given(
    st.lists(st.tuples(st.sampled_from(["granny", "uncle", "nobody"]), st.booleans()), max_size=60),
    st.integers(min_value=1, max_value=20),
    st.lists(st.booleans(), max_size=40),
)
def test_nothing_is_lost_doubled_or_turned_around_whatever_fails(
    told: list[tuple[str, bool]], most: int, fails: list[bool]
) -> None:
    backlog, stored = Backlog(), list[Waiting]()
    for number, (identity, alarm) in enumerate(told):
        backlog.put(said(identity, str(number), alarm=alarm))
    failing = iter(fails)
    while batch := backlog.take(most):
        assert len(batch) <= most
        if next(failing, False):
            backlog.put_back(batch)
        else:
            stored += batch
    assert sorted(int(word) for word in words(stored)) == list(range(len(told)))
    for identity in ("granny", "uncle", "nobody"):
        own = [int(waiting.frame.data) for waiting in stored if waiting.identity == identity]
        assert own == sorted(own)
    assert not backlog


@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.booleans()), max_size=80), st.integers(1, 10))
def test_while_an_alarm_waits_only_watches_with_alarms_are_taken(told: list[tuple[str, bool]], most: int) -> None:
    backlog = Backlog()
    for number, (identity, alarm) in enumerate(told):
        backlog.put(said(identity, str(number), alarm=alarm))
    alarms = [identity for identity, alarm in told if alarm]
    while alarms:
        for waiting in backlog.take(most):
            assert waiting.identity in alarms
            if waiting.frame.is_alarm:
                alarms.remove(waiting.identity)
