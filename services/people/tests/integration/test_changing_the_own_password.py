"""A borrowed token is not enough to lock its owner out: who changes the own password brings the one that holds."""

from __future__ import annotations

import pytest

from chassis.seal import Seals
from eldercare.people.v1.person_service_pb2 import SetPasswordRequest
from people_service.session.domain import FREE_ATTEMPTS, Credentials
from people_service.session.passwords import Passwords
from people_service.session.use_cases import CurrentPasswordWrong, begin_change, change_own_password, set_password
from services.people.tests.cast import GRANNY_WEN, register_granny
from services.people.tests.house import PASSWORD, SECONDS, House, Metadata, new_request, refusal
from suite.testing import TestDatabase

NEW = "pear blossom 9"
CHEAP = Passwords(memory_kib=1_024, passes=1)


def change(house: House, caller: Metadata, current: str) -> None:
    told = SetPasswordRequest(
        request_id=new_request(), name=GRANNY_WEN, login="granny", password=NEW, current_password=current
    )
    house.sessions.SetPassword(told, timeout=SECONDS, metadata=caller)


@pytest.mark.parametrize("current", ["", "plum blossom 8"], ids=["none", "a wrong one"])
def test_granny_keeps_her_password_when_the_one_brought_does_not_hold(street: House, current: str) -> None:
    caller = street.signed_in("granny")
    assert refusal(lambda: change(street, caller, current)) == "CURRENT_PASSWORD_WRONG"
    assert street.session("granny", PASSWORD).person == GRANNY_WEN


def test_granny_changes_her_password_with_the_one_she_has(street: House) -> None:
    change(street, street.signed_in("granny"), PASSWORD)
    assert street.session("granny", NEW).person == GRANNY_WEN


def test_her_operator_gives_a_new_password_when_it_is_lost(street: House) -> None:
    change(street, street.signed_in("mei"), "")
    assert street.session("granny", NEW).person == GRANNY_WEN


def test_guesses_of_the_current_password_are_counted_as_those_at_the_door(street: House) -> None:
    caller = street.signed_in("granny")
    for _ in range(FREE_ATTEMPTS):
        assert refusal(lambda: change(street, caller, "plum blossom 8")) == "CURRENT_PASSWORD_WRONG"
    assert refusal(lambda: change(street, caller, PASSWORD)) == "SIGN_IN_LOCKED"
    street.database.push_clock(seconds=31)
    change(street, street.signed_in("granny"), PASSWORD)
    assert street.session("granny", NEW).person == GRANNY_WEN


def test_a_password_the_operator_replaced_meanwhile_no_longer_counts(people: TestDatabase, seals: Seals) -> None:
    old, operators, own = (
        Credentials(login="granny", password_hash=CHEAP.hashed(word)) for word in (PASSWORD, "given at the desk", NEW)
    )
    with people.work() as work:
        register_granny(work, seals)
        assert begin_change(work, GRANNY_WEN) is None
        change_own_password(work, seals, GRANNY_WEN, old, None)
    with people.work() as work:
        proven = begin_change(work, GRANNY_WEN)
    with people.work() as work:
        set_password(work, seals, GRANNY_WEN, operators, None)
    with pytest.raises(CurrentPasswordWrong), people.work() as work:
        change_own_password(work, seals, GRANNY_WEN, own, proven)
