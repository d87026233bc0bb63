"""Who gets in, with which roles, and how a guesser is held up."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest

from chassis.seal import Seals
from people_service.first_operator import first_operator
from people_service.person.domain import PersonIsErased
from people_service.person.use_cases import end_role, erase_person, grant_role
from people_service.reach import EVERYWHERE
from people_service.region.domain import Region
from people_service.role.domain import Role, RoleKind
from people_service.session.domain import FREE_ATTEMPTS, Credentials
from people_service.session.keeping import NoRoleNow
from people_service.session.passwords import Passwords
from people_service.session.store import drop_forgotten_attempts
from people_service.session.use_cases import (
    LoginTaken,
    SignInLocked,
    SignInRefused,
    answer_challenge,
    begin_sign_in,
    finish_sign_in,
    set_password,
)
from services.people.tests.cast import (
    CITY,
    GRANNY_WEN,
    LAKE,
    OPERATOR_MEI,
    PLUM_CARE,
    UNCLE_BAI,
    put_plum_care,
    register,
    register_granny,
    told,
)
from services.people.tests.signing import CHEAP, QUARTER, RIGHT, WRONG, mint, sign_in
from suite.testing import DatabaseFactory, TestDatabase


def until(db: TestDatabase, minutes: int) -> datetime:
    return db.now() + timedelta(minutes=minutes)


@pytest.fixture
def desk(people: TestDatabase, seals: Seals) -> TestDatabase:
    """Mei operates the lake district and signs in as mei@example."""
    with people.work() as work:
        role = Role.granted(RoleKind.OPERATOR, object=LAKE, start=work.now)
        register(work, seals, told(OPERATOR_MEI, role))
        credentials = Credentials(login="mei@example", password_hash=CHEAP.hashed(RIGHT))
        set_password(work, seals, OPERATOR_MEI, credentials, None)
    return people


def test_an_operator_gets_a_token_with_her_region(desk: TestDatabase, seals: Seals) -> None:
    signed = sign_in(desk, seals, " Mei@Example ", RIGHT)
    assert (signed.person, signed.roles) == (OPERATOR_MEI, (f"operator@{LAKE}",))
    assert signed.token == f"{OPERATOR_MEI} as operator@{LAKE} for 0:15:00"
    assert timedelta(minutes=14) < signed.expires_at - desk.now() <= QUARTER


def test_only_roles_of_this_moment_are_in_the_token(desk: TestDatabase, seals: Seals) -> None:
    with desk.work() as work:
        put_plum_care(work)
        tomorrow = Role.granted(RoleKind.WORKER, object=PLUM_CARE, start=work.now + timedelta(days=1))
        grant_role(work, OPERATOR_MEI, tomorrow, EVERYWHERE)
    assert sign_in(desk, seals, "mei@example", RIGHT).roles == (f"operator@{LAKE}",)
    with desk.work() as work:
        end_role(work, OPERATOR_MEI, RoleKind.OPERATOR, LAKE, EVERYWHERE)
    desk.push_clock(days=1, minutes=1)
    assert sign_in(desk, seals, "mei@example", RIGHT).roles == (f"worker@{PLUM_CARE}",)


def test_a_token_ends_with_the_shift_it_names(desk: TestDatabase, seals: Seals) -> None:
    with desk.work() as work:
        put_plum_care(work)
        shift = Role.granted(RoleKind.WORKER, object=PLUM_CARE, start=work.now, end=work.now + timedelta(minutes=4))
        grant_role(work, OPERATOR_MEI, shift, EVERYWHERE)
    signed = sign_in(desk, seals, "mei@example", RIGHT)
    assert signed.roles == (f"operator@{LAKE}", f"worker@{PLUM_CARE}")
    assert signed.expires_at <= until(desk, 4)


def test_somebody_whose_roles_have_ended_does_not_get_in(desk: TestDatabase, seals: Seals) -> None:
    with desk.work() as work:
        end_role(work, OPERATOR_MEI, RoleKind.OPERATOR, LAKE, EVERYWHERE)
    desk.push_clock(minutes=1)
    with pytest.raises(NoRoleNow):
        sign_in(desk, seals, "mei@example", RIGHT)


@pytest.mark.parametrize(("login", "password"), [("mei@example", WRONG), ("nobody@example", RIGHT)])
def test_a_wrong_password_and_an_unknown_login_get_the_same_answer_and_the_same_wait(
    desk: TestDatabase, seals: Seals, login: str, password: str
) -> None:
    for _ in range(FREE_ATTEMPTS):
        with pytest.raises(SignInRefused):
            sign_in(desk, seals, login, password)
    with pytest.raises(SignInLocked) as locked:
        sign_in(desk, seals, login, RIGHT)
    assert 25 <= int(locked.value.metadata["retry_after_s"]) <= 30


def test_after_the_wait_the_right_password_opens_and_the_count_is_gone(desk: TestDatabase, seals: Seals) -> None:
    for _ in range(FREE_ATTEMPTS):
        with pytest.raises(SignInRefused):
            sign_in(desk, seals, "mei@example", WRONG)
    desk.push_clock(seconds=31)
    sign_in(desk, seals, "mei@example", RIGHT)
    with pytest.raises(SignInRefused):
        sign_in(desk, seals, "mei@example", WRONG)
    sign_in(desk, seals, "mei@example", RIGHT)


def test_waiting_costs_nothing_more_but_the_next_mistake_waits_twice_as_long(desk: TestDatabase, seals: Seals) -> None:
    for _ in range(FREE_ATTEMPTS):
        with pytest.raises(SignInRefused):
            sign_in(desk, seals, "mei@example", WRONG)
    for _ in range(3):
        with pytest.raises(SignInLocked):
            sign_in(desk, seals, "mei@example", WRONG)
    desk.push_clock(seconds=31)
    with pytest.raises(SignInRefused):
        sign_in(desk, seals, "mei@example", WRONG)
    with pytest.raises(SignInLocked) as locked:
        sign_in(desk, seals, "mei@example", WRONG)
    assert 55 <= int(locked.value.metadata["retry_after_s"]) <= 60


def test_one_guessed_login_does_not_hold_up_another(desk: TestDatabase, seals: Seals) -> None:
    for _ in range(FREE_ATTEMPTS):
        with pytest.raises(SignInRefused):
            sign_in(desk, seals, "uncle@example", WRONG)
    assert sign_in(desk, seals, "mei@example", RIGHT).person == OPERATOR_MEI


def test_twenty_guesses_at_once_are_looked_at_five_times(desk: TestDatabase, seals: Seals) -> None:
    def guess(_: int) -> str:
        try:
            sign_in(desk, seals, "mei@example", WRONG)
        except (SignInRefused, SignInLocked) as refusal:
            return refusal.reason
        return "SIGNED_IN"

    with ThreadPoolExecutor(8) as guessers:
        answers = list(guessers.map(guess, range(20)))
    assert answers.count("SIGN_IN_REFUSED") == FREE_ATTEMPTS
    assert answers.count("SIGN_IN_LOCKED") == 20 - FREE_ATTEMPTS


def test_four_sign_ins_at_the_same_moment_with_the_right_password_all_open(desk: TestDatabase, seals: Seals) -> None:
    with ThreadPoolExecutor(4) as hands:
        signed = list(hands.map(lambda _: sign_in(desk, seals, "mei@example", RIGHT), range(4)))
    assert {each.person for each in signed} == {OPERATOR_MEI}
    assert len({each.session for each in signed}) == 4


def test_who_began_first_and_is_counted_last_does_not_wait_for_the_other(desk: TestDatabase, seals: Seals) -> None:
    with desk.work() as early:
        began = early.now
        with desk.work() as late:
            assert late.now > began
            begin_sign_in(late, seals, "mei@example")
        begin_sign_in(early, seals, "mei@example")


def test_a_new_password_opens_and_the_old_one_does_not(desk: TestDatabase, seals: Seals) -> None:
    with desk.work() as work:
        new = Credentials(login="mei", password_hash=CHEAP.hashed("pear blossom 9"))
        set_password(work, seals, OPERATOR_MEI, new, None)
    assert sign_in(desk, seals, "mei", "pear blossom 9").person == OPERATOR_MEI
    for login, password in (("mei", RIGHT), ("mei@example", RIGHT)):
        with pytest.raises(SignInRefused):
            sign_in(desk, seals, login, password)


def test_a_password_changed_while_the_old_one_is_being_checked_wins(desk: TestDatabase, seals: Seals) -> None:
    with desk.work() as work:
        challenge = begin_sign_in(work, seals, "mei@example")
    answer_challenge(challenge, CHEAP, RIGHT)
    with desk.work() as work:
        new = Credentials(login="mei@example", password_hash=CHEAP.hashed("pear blossom 9"))
        set_password(work, seals, OPERATOR_MEI, new, None)
    with pytest.raises(SignInRefused), desk.work() as work:
        finish_sign_in(work, challenge, None, mint(seals))


def test_one_login_opens_for_one_person(desk: TestDatabase, seals: Seals) -> None:
    with desk.work() as work:
        register(work, seals, told(UNCLE_BAI))
    mine = Credentials(login="MEI@example", password_hash=CHEAP.hashed(WRONG))
    with pytest.raises(LoginTaken), desk.work() as work:
        set_password(work, seals, UNCLE_BAI, mine, None)
    assert sign_in(desk, seals, "mei@example", RIGHT).person == OPERATOR_MEI


def test_a_password_is_hashed_anew_when_todays_costs_are_higher(desk: TestDatabase, seals: Seals) -> None:
    dear = Passwords(memory_kib=2_048, passes=1)
    sign_in(desk, seals, "mei@example", RIGHT, dear)
    with desk.work() as work:
        row = work.one("SELECT password_hash FROM credentials")
    assert row
    assert "m=2048" in row["password_hash"]
    assert sign_in(desk, seals, "mei@example", RIGHT, dear).person == OPERATOR_MEI


def test_an_erased_person_gets_no_password(people: TestDatabase, seals: Seals) -> None:
    with people.work() as work:
        register_granny(work, seals)
        erase_person(work, GRANNY_WEN, EVERYWHERE)
    credentials = Credentials(login="granny", password_hash=CHEAP.hashed(RIGHT))
    with pytest.raises(PersonIsErased), people.work() as work:
        set_password(work, seals, GRANNY_WEN, credentials, None)


def test_counts_of_yesterday_are_swept_and_todays_stay(desk: TestDatabase, seals: Seals) -> None:
    with desk.work() as work:
        begin_sign_in(work, seals, "yesterday@example")
    desk.push_clock(hours=25)
    with desk.work() as work:
        begin_sign_in(work, seals, "today@example")
    with desk.work() as work:
        assert drop_forgotten_attempts(work) == 1
        assert drop_forgotten_attempts(work) == 0
        assert len(work.all("SELECT 1 FROM sign_in_attempts")) == 1


def test_an_empty_house_gets_its_first_operator_once(database: DatabaseFactory, seals: Seals) -> None:
    people = database("people")
    city = Region.founded(name=CITY, display_name="Made-up City", time_zone="Asia/Shanghai")
    credentials = Credentials(login="first@example", password_hash=CHEAP.hashed(RIGHT))
    names = set()
    for _ in range(2):
        with people.work() as work:
            names.add(first_operator(work, seals, city, "First Operator", credentials))
    signed = sign_in(people, seals, "first@example", RIGHT)
    assert {signed.person} == names
    assert signed.roles == (f"operator@{CITY}",)
