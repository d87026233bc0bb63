"""How long a guesser waits, and how long a token lives."""

from __future__ import annotations

import unicodedata
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from people_service.role.domain import Role, RoleKind
from people_service.session.domain import (
    FREE_ATTEMPTS,
    LONGEST_TOKEN,
    LONGEST_WAIT,
    Attempts,
    normal_login,
    normal_password,
    token_lifetime,
)
from people_service.session.passwords import Passwords
from services.people.tests.cast import LAKE, MONDAY

MINUTE = timedelta(minutes=1)


def wait_after(failures: int) -> timedelta:
    return Attempts(failures=failures, last_at=MONDAY).opens_at() - MONDAY


def test_somebody_who_mistypes_a_few_times_does_not_wait() -> None:
    assert [wait_after(failures) for failures in range(FREE_ATTEMPTS)] == [timedelta()] * FREE_ATTEMPTS


def test_a_guesser_waits_longer_each_time_and_never_for_ever() -> None:
    waits = [wait_after(failures) for failures in range(FREE_ATTEMPTS, 1_000)]
    assert waits == sorted(waits)
    assert waits[:3] == [timedelta(seconds=30), timedelta(minutes=1), timedelta(minutes=2)]
    assert waits[-1] == LONGEST_WAIT


def test_yesterdays_mistakes_are_forgotten() -> None:
    late = Attempts(failures=40, last_at=MONDAY).charged(MONDAY + timedelta(days=1))
    assert late == Attempts(failures=1, last_at=MONDAY + timedelta(days=1))


@given(st.integers(1, 200), st.integers(1, 86_399))
def test_a_guesser_gets_fewer_than_a_hundred_and_five_looks_a_day(seed: int, pause: int) -> None:
    attempts, now, looks = Attempts(failures=0, last_at=MONDAY), MONDAY + seed * MINUTE, 0
    end = now + timedelta(days=1)
    while now < end:
        now = max(now + timedelta(seconds=pause), attempts.opens_at())
        attempts, looks = attempts.charged(now), looks + 1
    assert looks <= 105


@given(st.lists(st.integers(1, 60), max_size=4), st.integers(1, 15))
def test_a_token_outlives_neither_a_role_nor_fifteen_minutes(ends: list[int], minutes: int) -> None:
    roles = [Role.granted(RoleKind.OPERATOR, object=LAKE, start=MONDAY, end=MONDAY + end * MINUTE) for end in ends]
    lifetime = token_lifetime(roles, MONDAY, minutes * MINUTE)
    assert timedelta() < lifetime <= min(LONGEST_TOKEN, minutes * MINUTE)
    assert all(role.holds_at(MONDAY + lifetime - timedelta(microseconds=1)) for role in roles)


@given(st.text(max_size=30))
def test_a_login_means_the_same_however_a_keyboard_writes_it(login: str) -> None:
    assert normal_login(f" {unicodedata.normalize('NFD', login)} ") == normal_login(login)


def test_small_and_capital_letters_and_full_width_ones_are_one_login() -> None:
    assert normal_login("Ｍｅｉ@Example") == normal_login("mei@example")


def test_a_password_matches_however_its_letters_are_composed() -> None:
    passwords = Passwords(memory_kib=1_024, passes=1)
    assert passwords.matches(passwords.hashed("cafe\u0301 by the lake"), "caf\u00e9 by the lake")
    assert normal_password("A") != normal_password("a")


def test_a_wrong_password_a_broken_hash_and_nobody_are_all_refused() -> None:
    passwords = Passwords(memory_kib=1_024, passes=1)
    assert not passwords.matches(passwords.hashed("plum blossom 7"), "plum blossom 8")
    assert not passwords.matches("$argon2id$broken", "plum blossom 7")
    assert not passwords.matches(None, "plum blossom 7")


def test_a_hash_of_cheaper_days_is_known_to_be_outdated() -> None:
    cheap, dear = Passwords(memory_kib=1_024, passes=1), Passwords(memory_kib=2_048, passes=1)
    assert dear.is_outdated(cheap.hashed("plum blossom 7"))
    assert not cheap.is_outdated(cheap.hashed("plum blossom 7"))
