from datetime import timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import given

from order_service.incident.domain.policy import DEVICE_KINDS, POLICIES, is_about_device, policy_of
from order_service.incident.domain.words import Urgency
from order_service.visit.domain.number import is_order_number, order_number, written
from order_service.visit.domain.proof import ARRIVAL, CELL_SLACK_M, Fix, Whereabouts, prove_by_position
from order_service.visit.domain.refusals import PositionTooFar, PositionTooOld, PositionTooVague
from services.order.tests.cast import MORNING

DIGITS = st.sampled_from([4, 5, 6, 7])


@given(st.integers(0, 10**9), DIGITS)
def test_every_number_given_out_is_valid_with_and_without_hyphen(serial: int, digits: int) -> None:
    number = order_number(serial, digits=digits)
    assert is_order_number(number)
    assert written(number.replace("-", "")) == number


@given(st.integers(0, 9_999), st.integers(0, 5), st.integers(1, 9))
def test_one_digit_misheard_is_noticed(serial: int, place: int, off: int) -> None:
    plain = order_number(serial, digits=4).replace("-", "")
    wrong = plain[:place] + str((int(plain[place]) + off) % 10) + plain[place + 1 :]
    assert not is_order_number(wrong)


@given(st.integers(0, 9_999), st.integers(0, 4))
def test_two_neighbours_swapped_are_noticed(serial: int, place: int) -> None:
    plain = order_number(serial, digits=4).replace("-", "")
    swapped = plain[:place] + plain[place + 1] + plain[place] + plain[place + 2 :]
    assert swapped == plain or not is_order_number(swapped)


@pytest.mark.parametrize("said", ["", "12", "abcd-ef", "12345678901", "１２３４５６"])
def test_what_is_no_number_is_refused(said: str) -> None:
    assert not is_order_number(said)


def home(distance_m: float) -> list[Whereabouts]:
    return [Whereabouts(source="home", distance_m=distance_m, slack_m=0)]


@given(st.floats(0.1, ARRIVAL.accuracy_limit_m), st.floats(0, 5_000))
def test_worker_is_there_within_sixty_metres_and_the_accuracy(accuracy_m: float, distance_m: float) -> None:
    fix = Fix(accuracy_m=accuracy_m, fix_time=None)
    if distance_m <= 60 + accuracy_m:
        assert prove_by_position(fix, home(distance_m), MORNING) == distance_m
    else:
        with pytest.raises(PositionTooFar):
            prove_by_position(fix, home(distance_m), MORNING)


def test_cell_counts_with_its_size() -> None:
    cell = [Whereabouts(source="cell", distance_m=60 + 10 + CELL_SLACK_M, slack_m=CELL_SLACK_M)]
    assert prove_by_position(Fix(accuracy_m=10, fix_time=None), cell, MORNING) > 0


@pytest.mark.parametrize("accuracy_m", [0, -1, 201, 100_000])
def test_position_nobody_can_believe_is_refused(accuracy_m: float) -> None:
    with pytest.raises(PositionTooVague):
        prove_by_position(Fix(accuracy_m=accuracy_m, fix_time=None), home(0), MORNING)


@pytest.mark.parametrize("minutes", [-4, 4])
def test_old_or_future_fix_is_refused(minutes: int) -> None:
    fix = Fix(accuracy_m=5, fix_time=MORNING + timedelta(minutes=minutes))
    with pytest.raises(PositionTooOld):
        prove_by_position(fix, home(0), MORNING)


def test_nowhere_known_proves_nothing() -> None:
    with pytest.raises(PositionTooFar):
        prove_by_position(Fix(accuracy_m=5, fix_time=None), [], MORNING)


def test_every_policy_has_its_own_rule_and_no_kind_is_both_person_and_device() -> None:
    assert len({policy.rule for policy in POLICIES.values()}) == len(POLICIES)
    assert DEVICE_KINDS.isdisjoint(POLICIES)
    assert is_about_device("low_power")
    assert not is_about_device("sos_press")


def test_emergencies_are_answered_within_a_minute_and_the_backlog_is_never_an_emergency() -> None:
    emergencies = {kind for kind, policy in POLICIES.items() if policy.urgency is Urgency.EMERGENCY}
    assert {"sos_press", "fall", "smoke", "unrecognised"} <= emergencies
    assert {POLICIES[kind].answer for kind in emergencies} == {timedelta(seconds=60)}
    assert {policy_of(kind, archived=True).urgency for kind in POLICIES} == {Urgency.NORMAL}
