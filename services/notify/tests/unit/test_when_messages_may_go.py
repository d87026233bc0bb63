"""Quiet hours and limits, for what can wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notify_service.contact.domain import (
    Channel,
    ContactPoint,
    ContactPointNotUsable,
    QuietHoursNotUsable,
    desks_above,
)
from notify_service.message.domain import LIMITS, free_at, quiet_over

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")
MINUTES = st.integers(0, 600).map(lambda minutes: NOON - timedelta(minutes=minutes))


@pytest.mark.parametrize(
    ("quiet", "hour", "until"),
    [("22-07", 23, 7), ("22-07", 3, 7), ("22-07", 7, None), ("22-07", 21, None), ("13-15", 14, 15), ("", 3, None)],
)
def test_what_can_wait_waits_until_the_quiet_hours_are_over(quiet: str, hour: int, until: int | None) -> None:
    local = datetime(2026, 3, 2, hour, 30, tzinfo=SHANGHAI)
    over = quiet_over(quiet, local)
    assert over == local if until is None else (over.hour, over.minute) == (until, 0)
    assert over - local < timedelta(days=1)


def test_the_fourth_call_of_a_quarter_of_an_hour_waits() -> None:
    earlier = [NOON - timedelta(minutes=minutes) for minutes in (14, 10, 5)]
    assert free_at(Channel.VOICE, earlier, NOON) == NOON + timedelta(minutes=1)
    assert free_at(Channel.SMS, earlier, NOON) == NOON
    assert free_at(Channel.PUSH, earlier * 50, NOON) == NOON


@given(channel=st.sampled_from([Channel.VOICE, Channel.SMS]), asked=st.lists(MINUTES, max_size=40))
def test_no_window_ever_holds_more_than_its_limit(channel: Channel, asked: list[datetime]) -> None:
    sent: list[datetime] = []
    for moment in sorted(asked):
        sent.append(free_at(channel, sent, moment))
        assert sent[-1] >= moment
    for window, most in LIMITS[channel]:
        for end in sent:
            assert sum(1 for time in sent if end - window < time <= end) <= most


def test_a_region_without_a_desk_looks_up_the_path() -> None:
    assert desks_above("regions/city/lake/plum") == ["regions/city/lake/plum", "regions/city/lake", "regions/city"]


@pytest.mark.parametrize(
    ("channel", "value"),
    [
        (Channel.SMS, "13800000000"),
        (Channel.VOICE, "+86 138"),
        (Channel.EMAIL, "nobody"),
        (Channel.EMAIL, "a@b>, c@d"),
        (Channel.WEBHOOK, "ftp://example.org"),
        (Channel.FEED, "anything"),
        (Channel.PUSH, ""),
    ],
)
def test_a_contact_point_that_cannot_work_is_refused(channel: Channel, value: str) -> None:
    with pytest.raises(ContactPointNotUsable):
        ContactPoint(channel=channel, value=value)


def test_hours_that_no_day_has_are_refused() -> None:
    with pytest.raises(QuietHoursNotUsable):
        ContactPoint(channel=Channel.SMS, value="+8613800000000", quiet_hours="22-29")
