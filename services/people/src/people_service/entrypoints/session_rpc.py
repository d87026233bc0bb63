"""SessionService of the contract. Its passwords are checked outside of every transaction."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from google.protobuf.timestamp_pb2 import Timestamp
from prometheus_client import Counter

from chassis.refusal import Refusal
from chassis.rpc import Rpc, command
from chassis.seal import Seals
from chassis.work import Caller, Work
from eldercare.people.v1.person_service_pb2 import Session, SetPasswordRequest, SetPasswordResponse, SignInRequest
from eldercare.people.v1.person_service_pb2_grpc import SessionServiceServicer
from people_service.reach import Reach
from people_service.session.domain import Credentials
from people_service.session.passwords import Passwords
from people_service.session.use_cases import (
    Challenge,
    CurrentPasswordWrong,
    Vouch,
    answer_challenge,
    begin_change,
    begin_sign_in,
    change_own_password,
    finish_sign_in,
    set_password,
)

SIGN_INS = Counter("eldercare_people_sign_ins_total", "Passwords that were looked at, or not", ["outcome"])


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInDesk:
    """What signing in needs besides a transaction."""

    seals: Seals
    passwords: Passwords
    vouch: Vouch
    longest_token: timedelta
    transaction: Callable[[], AbstractContextManager[Work]]


class SessionRpc(SessionServiceServicer):
    def __init__(self, rpc: Rpc, desk: SignInDesk) -> None:
        self.rpc = rpc
        self.desk = desk

    @command(prepare="_checked")
    def SignIn(self, work: Work, _request: SignInRequest, checked: tuple[Challenge, str | None]) -> Session:
        signed = finish_sign_in(work, *checked, self.desk.vouch, self.desk.longest_token)
        SIGN_INS.labels("signed_in").inc()
        return Session(
            token=signed.token,
            expire_time=_timestamp(signed.expires_at),
            person=signed.person,
            roles=signed.roles,
        )

    @command(prepare="_hashed")
    def SetPassword(
        self, work: Work, request: SetPasswordRequest, hashed: tuple[str, Challenge | None]
    ) -> SetPasswordResponse:
        password_hash, proven = hashed
        caller = work.caller or Caller(subject="")
        credentials = Credentials(login=request.login, password_hash=password_hash)
        if caller.subject == request.name:
            change_own_password(work, self.desk.seals, request.name, credentials, proven)
        else:
            set_password(work, self.desk.seals, request.name, credentials, Reach.of(caller))
        return SetPasswordResponse()

    def _checked(self, request: SignInRequest, _caller: Caller | None) -> tuple[Challenge, str | None]:
        """Count the attempt in a transaction of its own: a refusal does not take it back."""
        try:
            with self.desk.transaction() as work:
                challenge = begin_sign_in(work, self.desk.seals, request.login)
            return challenge, answer_challenge(challenge, self.desk.passwords, request.password)
        except Refusal as refusal:
            SIGN_INS.labels(refusal.reason.lower()).inc()
            raise

    def _hashed(self, request: SetPasswordRequest, caller: Caller | None) -> tuple[str, Challenge | None]:
        is_own = caller is not None and caller.subject == request.name
        proven = self._proven(request) if is_own else None
        return self.desk.passwords.hashed(request.password), proven

    def _proven(self, request: SetPasswordRequest) -> Challenge | None:
        """The attempt is counted in a transaction of its own, as one to sign in."""
        with self.desk.transaction() as work:
            challenge = begin_change(work, request.name)
        if challenge and not self.desk.passwords.matches(challenge.password_hash, request.current_password):
            raise CurrentPasswordWrong
        return challenge


def _timestamp(moment: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp
