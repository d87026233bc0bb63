"""Rules that need no store: repeats, where help is sent, when order is asked again, whose a device is."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from device_service.alarm.domain import LastPlace, cell_to_tell, wait_after
from device_service.device.domain import (
    Device,
    DeviceNotAssigned,
    Holder,
    HolderOutOfRegion,
    HolderUnclear,
    OptionUnknown,
    check_options,
)
from device_service.frame.domain import MOST_REMEMBERED, RepeatWindow

NOON = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
WINDOW = timedelta(seconds=120)
STREET = "regions/demo-city/lake-district/plum-street"


def digest(number: int) -> bytes:
    return number.to_bytes(16, "big")


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 90)), max_size=40))
def test_a_frame_counts_once_in_each_window_that_begins_with_it(told: list[tuple[int, int]]) -> None:
    recent, now = RepeatWindow(), NOON
    began: dict[int, datetime] = {}
    for number, pause in told:
        now += timedelta(seconds=pause)
        is_repeat = number in began and now - began[number] < WINDOW
        assert recent.holds(digest(number), now, WINDOW) is is_repeat
        if not is_repeat:
            began[number] = now
            recent = recent.with_heard(digest(number), now, WINDOW)


def test_a_day_of_frames_told_twice_at_once_is_told_once() -> None:
    recent, day = RepeatWindow(), [digest(number) for number in range(200)]
    for each in day:
        recent = recent.with_heard(each, NOON, WINDOW)
    assert all(recent.holds(each, NOON + WINDOW / 2, WINDOW) for each in day)


def test_a_flood_of_frames_does_not_grow_the_memory_of_one_watch() -> None:
    recent = RepeatWindow()
    for number in range(2 * MOST_REMEMBERED):
        recent = recent.with_heard(digest(number), NOON, WINDOW)
    assert len(recent.packed) == MOST_REMEMBERED * 24
    assert recent.holds(digest(2 * MOST_REMEMBERED - 1), NOON, WINDOW)


def test_order_is_asked_at_5_10_20_and_30_seconds_and_then_ever_slower() -> None:
    moment, moments = 2.0, []
    for attempt in range(1, 5):
        moment += wait_after(attempt)
        moments.append(moment)
    assert moments == [5, 10, 20, 30]
    later = [wait_after(attempt) for attempt in range(5, 40)]
    assert later == sorted(later)
    assert later[-1] == 60


@pytest.mark.parametrize(
    ("fix", "last_hours_ago", "home", "told"),
    [
        ("fix", 1, "home", "fix"),
        ("", 1, "home", "last"),
        ("", 13, "home", "home"),
        ("", 13, "", "last"),
        ("", None, "home", "home"),
        ("", None, "", ""),
    ],
)
def test_where_help_is_sent(fix: str, last_hours_ago: int | None, home: str, told: str) -> None:
    last = None if last_hours_ago is None else LastPlace(cell="last", time=NOON - timedelta(hours=last_hours_ago))
    assert cell_to_tell(fix, last, home, NOON) == told


def a_device() -> Device:
    return Device(
        name="devices/1", adapter="watch", identity="7031234567", vendor="", model="", region=STREET, options={}
    )


GRANNY = Holder(person="persons/granny", region=f"{STREET}/plum-garden", cell="wtmkqb0")
HALL = Holder(place="places/hall", region=STREET)


def test_a_device_has_one_holder_and_remembers_each_change() -> None:
    device = a_device()
    device.give(GRANNY, assignment="assignments/1", now=NOON)
    device.give(GRANNY, assignment="assignments/2", now=NOON)
    device.give(HALL, assignment="assignments/3", now=NOON)
    device.take_back(NOON)
    assert [fact.holder for fact in device.facts] == [GRANNY, HALL, None]
    with pytest.raises(DeviceNotAssigned):
        device.take_back(NOON)


@pytest.mark.parametrize("holder", [Holder(region=STREET), Holder(person="persons/a", place="places/b", region=STREET)])
def test_a_device_is_given_to_a_person_or_a_place_never_to_both_or_nobody(holder: Holder) -> None:
    with pytest.raises(HolderUnclear):
        a_device().give(holder, assignment="assignments/1", now=NOON)


@pytest.mark.parametrize("region", ["regions/demo-city/hill-district", f"{STREET}-north", "regions/demo-city"])
def test_a_device_stays_in_the_region_that_owns_it(region: str) -> None:
    with pytest.raises(HolderOutOfRegion):
        a_device().give(Holder(person="persons/a", region=region), assignment="assignments/1", now=NOON)


def test_only_options_the_adapter_knows_are_taken() -> None:
    known = {"bit_22": ("fall", "vital_out_of_range")}
    check_options({"bit_22": "fall"}, known)
    for wrong in ({"bit_22": "dance"}, {"bit_23": "fall"}):
        with pytest.raises(OptionUnknown):
            check_options(wrong, known)
