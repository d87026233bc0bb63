"""A session is renewed by a token that is good once; a copy of one ends it, a lost answer does not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import UUID

import pytest

from eldercare.people.v1.person_pb2 import ROLE_KIND_ELDER, ROLE_KIND_FAMILY, Role
from eldercare.people.v1.person_service_pb2 import EndRoleRequest, ErasePersonRequest, Session, SetPasswordRequest
from eldercare.people.v1.session_pb2 import (
    SIGN_IN_MEANS_PASSWORD,
    EndAllSessionsRequest,
    EndSessionRequest,
    ListSessionsRequest,
    RefreshSessionRequest,
)
from people_service.session.lasting_store import drop_old
from services.people.tests.cast import DAUGHTER_WEN, GRANNY_WEN, LAKE, PLUM_GARDEN, UNCLE_BAI
from services.people.tests.house import HOME, PASSWORD, SECONDS, House, Metadata, new_request, refusal, registering


def refreshed(house: House, session: Session, request_id: str = "") -> Session:
    request = RefreshSessionRequest(request_id=request_id or new_request(), refresh_token=session.refresh_token)
    return house.sessions.RefreshSession(request, timeout=SECONDS)


def why_not(house: House, session: Session, request_id: str = "") -> str:
    return refusal(lambda: refreshed(house, session, request_id))


def bearer(session: Session) -> Metadata:
    return (("authorization", f"Bearer {session.token}"),)


def signed_out(house: House, session: Session, name: str = "") -> None:
    request = EndSessionRequest(request_id=new_request(), name=name)
    house.sessions.EndSession(request, timeout=SECONDS, metadata=bearer(session))


def test_a_refresh_token_brings_a_new_access_token_and_its_own_successor(street: House) -> None:
    first = street.session("daughter")
    second = refreshed(street, first)
    third = refreshed(street, second)
    assert {each.session for each in (first, second, third)} == {first.session}
    assert len({each.refresh_token for each in (first, second, third)}) == 3
    assert (third.person, list(third.roles)) == (DAUGHTER_WEN, list(first.roles))
    assert street.sessions.ListSessions(ListSessionsRequest(), timeout=SECONDS, metadata=bearer(third)).sessions


def test_a_token_that_comes_again_ends_the_session_for_whoever_holds_it(street: House) -> None:
    first = street.session("daughter")
    second = refreshed(street, first)
    elsewhere = street.session("daughter")
    assert why_not(street, first) == "SESSION_OVER"
    assert why_not(street, second) == "SESSION_OVER"
    assert refreshed(street, elsewhere).person == DAUGHTER_WEN


def test_an_old_token_is_known_however_often_the_session_was_renewed_since(street: House) -> None:
    first = last = street.session("daughter")
    for _ in range(5):
        last = refreshed(street, last)
    assert why_not(street, first) == "SESSION_OVER"
    assert why_not(street, last) == "SESSION_OVER"


def test_a_lost_answer_is_given_again_to_the_same_request_and_signs_nobody_out(street: House) -> None:
    first, request_id = street.session("daughter"), new_request()
    lost, again = refreshed(street, first, request_id), refreshed(street, first, request_id)
    assert again.refresh_token == lost.refresh_token
    assert refreshed(street, again).session == first.session


@pytest.mark.parametrize("how", ["later", "another request", "after its successor was used"])
def test_a_repeat_is_a_copy_when_it_comes(street: House, how: str) -> None:
    first, request_id = street.session("daughter"), new_request()
    second = refreshed(street, first, request_id)
    if how == "later":
        street.database.push_clock(minutes=2)
    if how == "after its successor was used":
        second = refreshed(street, second)
    assert why_not(street, first, new_request() if how == "another request" else request_id) == "SESSION_OVER"
    assert why_not(street, second) == "SESSION_OVER"


def test_two_who_trade_one_token_at_once_do_not_both_get_on(street: House) -> None:
    first = street.session("daughter")

    def trade(_: int) -> str:
        try:
            return refreshed(street, first).refresh_token
        except Exception as refused:
            return getattr(refused, "reason", "")

    with ThreadPoolExecutor(2) as hands:
        answers = list(hands.map(trade, range(2)))
    assert answers.count("SESSION_OVER") == 1


def test_a_made_up_token_ends_nothing(street: House) -> None:
    first = street.session("daughter")
    forged = Session(refresh_token=first.refresh_token[:-4] + "AAAA")
    for token in (forged, Session(refresh_token="made-up"), Session(refresh_token=first.token[:200])):
        assert why_not(street, token) == "SESSION_OVER"
    assert refreshed(street, first).session == first.session


def test_nothing_that_renews_a_session_can_be_read_from_the_store(street: House) -> None:
    first = street.session("daughter")
    second = refreshed(street, first)
    with street.database.work() as work:
        kept = str(work.all("SELECT * FROM sessions")) + str(work.all("SELECT answer FROM requests"))
    for token in (first.refresh_token, second.refresh_token, second.token):
        assert token not in kept


def test_signing_out_ends_this_session_and_signing_out_everywhere_all(street: House) -> None:
    here, there, third = (street.session("daughter") for _ in range(3))
    signed_out(street, here)
    assert why_not(street, here) == "SESSION_OVER"
    there = refreshed(street, there)
    request = EndAllSessionsRequest(request_id=new_request())
    assert street.sessions.EndAllSessions(request, timeout=SECONDS, metadata=bearer(there)).ended == 2
    assert [why_not(street, each) for each in (there, third)] == ["SESSION_OVER"] * 2
    assert street.session("daughter").person == DAUGHTER_WEN


def test_a_person_sees_and_ends_their_own_sessions_and_nobody_elses(street: House) -> None:
    mine, other, granny = street.session("daughter"), street.session("daughter"), street.session("granny")
    listed = street.sessions.ListSessions(ListSessionsRequest(), timeout=SECONDS, metadata=bearer(mine)).sessions
    assert {each.name: each.current for each in listed} == {mine.session: True, other.session: False}
    assert {each.means for each in listed} == {SIGN_IN_MEANS_PASSWORD}
    assert refusal(lambda: signed_out(street, mine, granny.session)) == "SESSION_UNKNOWN"
    signed_out(street, mine, other.session)
    assert why_not(street, other) == "SESSION_OVER"
    assert refreshed(street, granny).person == GRANNY_WEN


def test_a_new_password_ends_every_session_but_the_one_it_was_set_in(street: House) -> None:
    here, there = street.session("daughter"), street.session("daughter")
    new = SetPasswordRequest(
        request_id=new_request(),
        name=DAUGHTER_WEN,
        login="daughter",
        password="pear blossom 9",
        current_password=PASSWORD,
    )
    street.sessions.SetPassword(new, timeout=SECONDS, metadata=bearer(here))
    assert why_not(street, there) == "SESSION_OVER"
    here = refreshed(street, here)
    street.give_password(DAUGHTER_WEN, "daughter")
    assert why_not(street, here) == "SESSION_OVER"


def test_a_role_that_is_taken_away_ends_the_sessions_it_was_used_in(street: House) -> None:
    session = street.session("daughter")
    request = EndRoleRequest(request_id=new_request(), name=DAUGHTER_WEN, kind=ROLE_KIND_FAMILY, object=GRANNY_WEN)
    street.people.EndRole(request, timeout=SECONDS, metadata=street.signed_in("hill"))
    assert why_not(street, session) == "SESSION_OVER"


def test_a_role_that_runs_out_ends_the_session_at_its_next_renewal(street: House) -> None:
    role = Role(kind=ROLE_KIND_ELDER)
    role.end_time.FromDatetime(street.database.now() + timedelta(hours=1))
    street.people.RegisterPerson(registering(UNCLE_BAI, role, region=PLUM_GARDEN, home=HOME), timeout=SECONDS)
    street.give_password(UNCLE_BAI, "uncle")
    session = refreshed(street, street.session("uncle"))
    street.database.push_clock(hours=2)
    assert why_not(street, session) == "SESSION_OVER"


def test_an_erased_person_has_no_session(street: House) -> None:
    session = street.session("granny")
    request = ErasePersonRequest(request_id=new_request(), name=GRANNY_WEN)
    street.people.ErasePerson(request, timeout=SECONDS, metadata=street.signed_in("mei"))
    assert why_not(street, session) == "SESSION_OVER"


def test_a_desk_signs_in_every_shift_and_a_family_once_in_a_while(street: House) -> None:
    desk, daughter = street.session("mei"), street.session("daughter")
    street.database.push_clock(hours=11)
    desk = refreshed(street, desk)
    assert list(desk.roles) == [f"operator@{LAKE}"]
    street.database.push_clock(hours=2)
    assert why_not(street, desk) == "SESSION_OVER"
    street.database.push_clock(days=29)
    daughter = refreshed(street, daughter)
    street.database.push_clock(days=31)
    assert why_not(street, daughter) == "SESSION_OVER"


def test_the_sweep_takes_what_nothing_renews_any_more_and_leaves_the_rest(street: House) -> None:
    old = street.session("granny")
    street.database.push_clock(days=91)
    young = street.session("daughter")
    with street.database.work() as work:
        assert drop_old(work) == 1
        left = {row["id"] for row in work.all("SELECT id FROM sessions")}
    assert left == {UUID(young.session.partition("/")[2])}
    assert why_not(street, old) == "SESSION_OVER"
