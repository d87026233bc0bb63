"""No alarm hides another, and none is dropped because something else is wrong."""

from datetime import UTC, datetime, timedelta

import pytest

from device_service.adapters.contract import Decoded, SessionState
from device_service.adapters.events import Alarm, DeviceStatus
from services.device.tests.adapters.conftest import RECEIVED, Hear
from suite.simulated_watch import Fix, SimulatedWatch, Status

AT = datetime(2026, 3, 5, 6, 7, 8, tzinfo=UTC)
HOME = Fix(lat=31.2304, lon=121.4737, accuracy_m=6.5)
EVERY_ALARM = (
    Status.SOS
    | Status.LOW_BATTERY
    | Status.LEFT_FENCE
    | Status.ENTERED_FENCE
    | Status.REMOVED
    | Status.FALL
    | Status.SECOND_FALL
)


def alarms(heard: Decoded) -> list[str]:
    return [event.body.alarm for event in heard.events if isinstance(event.body, Alarm)]


def test_sos_fall_and_low_battery_pressed_together_are_three_alarms(watch: SimulatedWatch, hear: Hear) -> None:
    together = Status.SOS | Status.FALL | Status.LOW_BATTERY | Status.STATE_LOW_BATTERY
    (heard,) = hear(watch.alarm(together, HOME, AT))
    assert alarms(heard) == ["sos_press", "fall", "low_power"]


def test_a_low_battery_state_does_not_mask_an_sos(watch: SimulatedWatch, hear: Hear) -> None:
    (heard,) = hear(watch.alarm(Status.SOS | Status.STATE_LOW_BATTERY, HOME, AT))
    assert alarms(heard) == ["sos_press"]
    assert [event.body.states for event in heard.events if isinstance(event.body, DeviceStatus)] == [("low_battery",)]


def test_all_alarms_at_once_come_most_urgent_first(watch: SimulatedWatch, hear: Hear) -> None:
    (heard,) = hear(watch.alarm(EVERY_ALARM, HOME, AT))
    assert alarms(heard) == [
        "sos_press",
        "fall",
        "fall",
        "taken_off",
        "geofence_exit",
        "geofence_enter",
        "low_power",
    ]


@pytest.mark.parametrize("bit", range(16, 32))
def test_every_high_bit_is_an_alarm_and_none_is_silence(watch: SimulatedWatch, hear: Hear, bit: int) -> None:
    (heard,) = hear(watch.alarm(1 << bit, None, AT))
    assert len(alarms(heard)) == 1
    assert (alarms(heard) == ["unrecognised"]) == (bit > 22)
    assert heard.events[0].vendor.code == f"AL bit {bit}"


@pytest.mark.parametrize("bit", range(16))
def test_every_low_bit_is_told_as_a_state_and_raises_nothing(watch: SimulatedWatch, hear: Hear, bit: int) -> None:
    (heard,) = hear(watch.position(HOME, AT, status=1 << bit))
    assert alarms(heard) == []
    (status,) = [event.body for event in heard.events if isinstance(event.body, DeviceStatus)]
    assert len(status.states) == 1


def test_an_sos_carries_where_it_was_pressed(watch: SimulatedWatch, hear: Hear) -> None:
    (heard,) = hear(watch.alarm(Status.SOS, HOME, AT))
    body = heard.events[0].body
    assert isinstance(body, Alarm)
    assert body.position is not None
    assert (body.position.lat, body.position.lon) == (HOME.lat, HOME.lon)
    assert body.position.accuracy_m == HOME.accuracy_m
    assert body.position.fix_time == AT


def test_an_sos_without_a_position_is_a_good_sos(watch: SimulatedWatch, hear: Hear) -> None:
    (heard,) = hear(watch.alarm(Status.SOS, None, AT))
    assert isinstance(heard.events[0].body, Alarm)
    assert heard.events[0].body.position is None
    assert heard.events[0].quality == "valid"


@pytest.mark.parametrize("year", [1970, 1999, 2000, 2036])
def test_a_wrong_clock_keeps_both_times(watch: SimulatedWatch, hear: Hear, year: int) -> None:
    watches_time = datetime(year, 1, 1, 0, 0, 42, tzinfo=UTC)
    (heard,) = hear(watch.alarm(Status.SOS, None, watches_time))
    assert heard.events[0].event_time == watches_time
    assert heard.events[0].received_at == RECEIVED
    assert heard.events[0].reasons == ("CLOCK_OFF",)


def test_an_old_sos_from_a_blind_spot_is_late_and_not_doubted(watch: SimulatedWatch, hear: Hear) -> None:
    (heard,) = hear(watch.stored_position(HOME, RECEIVED - timedelta(days=9), status=Status.SOS))
    assert alarms(heard) == ["sos_press"]
    assert heard.events[0].archived
    assert heard.events[0].quality == "valid"


def test_a_second_watch_on_the_same_line_is_heard_and_marked(watch: SimulatedWatch, hear: Hear) -> None:
    (heard,) = hear(watch.alarm(Status.SOS, HOME, AT), SessionState(identity="7039999999"))
    assert alarms(heard) == ["sos_press"]
    assert heard.events[0].reasons == ("IDENTITY_CHANGED",)
    assert heard.session.identity == watch.number
