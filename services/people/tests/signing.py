"""Signing in with a password, in the three steps the rpc takes."""

from __future__ import annotations

from datetime import timedelta

from chassis.seal import Seals
from people_service.session.keeping import Mint, SignedIn
from people_service.session.passwords import Passwords
from people_service.session.use_cases import answer_challenge, begin_sign_in, finish_sign_in
from suite.testing import TestDatabase

CHEAP = Passwords(memory_kib=1_024, passes=1)
RIGHT, WRONG = "plum blossom 7", "plum blossom 8"
QUARTER = timedelta(minutes=15)


def vouch(subject: str, roles: tuple[str, ...], lifetime: timedelta, session: str) -> str:
    assert session.startswith("sessions/")
    return f"{subject} as {','.join(roles)} for {lifetime}"


def mint(seals: Seals) -> Mint:
    return Mint(seals=seals, vouch=vouch, longest=QUARTER)


def sign_in(db: TestDatabase, seals: Seals, login: str, password: str, passwords: Passwords = CHEAP) -> SignedIn:
    """The three steps as the rpc takes them."""
    with db.work() as work:
        challenge = begin_sign_in(work, seals, login)
    stronger = answer_challenge(challenge, passwords, password)
    with db.work() as work:
        return finish_sign_in(work, challenge, stronger, mint(seals))
