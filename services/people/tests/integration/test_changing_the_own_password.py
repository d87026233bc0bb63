"""A borrowed token is not enough to lock its owner out: who changes the own password brings the one that holds."""

from __future__ import annotations

import pytest

from chassis.seal import Seals
from eldercare.people.v1.person_service_pb2 import SetPasswordRequest
from eldercare.people.v1.session_pb2 import ListSessionsRequest
from people_service.session.domain import FREE_ATTEMPTS, Credentials
from people_service.session.keeping import begin_session, end_session
from people_service.session.lasting import Means
from people_service.session.passwords import Passwords
from people_service.session.store import forget
from people_service.session.use_cases import (
    CurrentPasswordWrong,
    SignInNotRecent,
    begin_change,
    change_own_password,
    set_password,
)
from services.people.tests.cast import GRANNY_WEN, HOME, UNCLE_BAI, elder_since, register, register_granny, told
from services.people.tests.house import PASSWORD, SECONDS, House, Metadata, new_request, refusal, registering
from services.people.tests.signing import mint, sign_in
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


def test_whoever_tells_no_login_keeps_the_one_there_is(street: House) -> None:
    told = SetPasswordRequest(request_id=new_request(), name=GRANNY_WEN, password=NEW, current_password=PASSWORD)
    street.sessions.SetPassword(told, timeout=SECONDS, metadata=street.signed_in("granny"))
    assert street.session("granny", NEW).person == GRANNY_WEN


def test_a_first_password_comes_with_a_login(street: House) -> None:
    street.people.RegisterPerson(registering(UNCLE_BAI), timeout=SECONDS)
    told = SetPasswordRequest(request_id=new_request(), name=UNCLE_BAI, password=NEW)
    caller = street.signed_in("mei")
    assert refusal(lambda: street.sessions.SetPassword(told, timeout=SECONDS, metadata=caller)) == "LOGIN_MISSING"


def test_one_is_told_whether_one_has_a_password(street: House) -> None:
    caller = street.signed_in("granny")
    assert street.sessions.ListSessions(ListSessionsRequest(), timeout=SECONDS, metadata=caller).has_password
    with street.database.work() as work:
        forget(work, GRANNY_WEN)
    assert not street.sessions.ListSessions(ListSessionsRequest(), timeout=SECONDS, metadata=caller).has_password


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
        set_password(work, seals, GRANNY_WEN, old, None)
    with people.work() as work:
        proven = begin_change(work, GRANNY_WEN)
    with people.work() as work:
        set_password(work, seals, GRANNY_WEN, operators, None)
    with pytest.raises(CurrentPasswordWrong), people.work() as work:
        change_own_password(work, seals, GRANNY_WEN, own, proven)


@pytest.fixture
def session(people: TestDatabase, seals: Seals) -> str:
    """Granny has no password and has just signed in with a code."""
    with people.work() as work:
        granny = register_granny(work, seals)
        assert begin_change(work, GRANNY_WEN) is None
        return begin_session(work, granny, Means.CODE, mint(seals)).session


def set_first_password(people: TestDatabase, seals: Seals, session: str) -> None:
    own = Credentials(login="granny", password_hash=CHEAP.hashed(NEW))
    with people.work() as work:
        change_own_password(work, seals, GRANNY_WEN, own, None, session=session)


def test_a_first_password_is_set_by_whoever_has_just_signed_in_with_a_code(
    people: TestDatabase, seals: Seals, session: str
) -> None:
    people.push_clock(minutes=9)
    set_first_password(people, seals, session)
    assert sign_in(people, seals, "granny", NEW).person == GRANNY_WEN


@pytest.mark.parametrize("stolen", ["ten minutes later", "signed out", "another's", "without a session"])
def test_a_token_alone_sets_no_first_password(people: TestDatabase, seals: Seals, session: str, stolen: str) -> None:
    with people.work() as work:
        if stolen == "signed out":
            end_session(work, GRANNY_WEN, session)
        uncle = register(work, seals, told(UNCLE_BAI, elder_since(work.now), home=HOME))
        other = begin_session(work, uncle, Means.CODE, mint(seals)).session
    if stolen == "ten minutes later":
        people.push_clock(minutes=11)
    brought = {"another's": other, "without a session": ""}.get(stolen, session)
    with pytest.raises(SignInNotRecent):
        set_first_password(people, seals, brought)
