"""SessionService of the contract. Its passwords are checked outside of every transaction."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from uuid import UUID

from prometheus_client import Counter

from chassis.refusal import Refusal
from chassis.rpc import Rpc, command, query
from chassis.work import Caller, Work
from eldercare.people.v1 import session_pb2 as contract
from eldercare.people.v1.person_service_pb2 import Session, SetPasswordRequest, SetPasswordResponse, SignInRequest
from eldercare.people.v1.person_service_pb2_grpc import SessionServiceServicer
from people_service.entrypoints import session_translate as translate
from people_service.reach import Reach
from people_service.session import lasting_store, store
from people_service.session.codes import request_code, sign_in_with_code
from people_service.session.domain import Credentials
from people_service.session.keeping import Mint, SignedIn, end_session, refresh_session
from people_service.session.lasting import EndReason
from people_service.session.linking import link_provider, sign_in_with_provider
from people_service.session.passwords import Passwords
from people_service.session.use_cases import (
    Challenge,
    CurrentPasswordWrong,
    answer_challenge,
    begin_change,
    begin_sign_in,
    change_own_password,
    finish_sign_in,
    set_password,
)

SIGN_INS = Counter("eldercare_people_sign_ins_total", "Tries to sign in, by what became of them", ["outcome"])


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInDesk:
    """What signing in needs besides a transaction."""

    passwords: Passwords
    mint: Mint
    transaction: Callable[[], AbstractContextManager[Work]]


class SessionRpc(SessionServiceServicer):
    def __init__(self, rpc: Rpc, desk: SignInDesk) -> None:
        self.rpc = rpc
        self.desk = desk

    @command(prepare="_checked")
    def SignIn(self, work: Work, _request: SignInRequest, checked: tuple[Challenge, str | None]) -> Session:
        return _begun(finish_sign_in(work, *checked, self.desk.mint))

    @command
    def RequestCode(self, work: Work, request: contract.RequestCodeRequest) -> contract.RequestCodeResponse:
        return translate.code_asked(request_code(work, self.desk.mint.seals, request.phone))

    @command
    def SignInWithCode(self, work: Work, request: contract.SignInWithCodeRequest) -> Session:
        return _begun(sign_in_with_code(work, request.challenge, request.code, self.desk.mint))

    @command(keeps_answer=False)
    def SignInWithProvider(self, work: Work, request: contract.SignInWithProviderRequest) -> Session:
        return _begun(sign_in_with_provider(work, request.issuer, request.subject, self.desk.mint))

    @command
    def LinkProvider(self, work: Work, request: contract.LinkProviderRequest) -> contract.LinkProviderResponse:
        account, reach = (request.issuer, request.subject), Reach.of(_caller(work))
        link_provider(work, self.desk.mint.seals, request.name, account, reach)
        return contract.LinkProviderResponse()

    @command(keeps_answer=False)
    def RefreshSession(self, work: Work, request: contract.RefreshSessionRequest) -> Session:
        return translate.session(refresh_session(work, request.refresh_token, UUID(request.request_id), self.desk.mint))

    @command
    def EndSession(self, work: Work, request: contract.EndSessionRequest) -> contract.EndSessionResponse:
        caller = _caller(work)
        end_session(work, caller.subject, request.name or caller.session)
        return contract.EndSessionResponse()

    @command
    def EndAllSessions(self, work: Work, _request: contract.EndAllSessionsRequest) -> contract.EndAllSessionsResponse:
        ended = lasting_store.end_all(work, _caller(work).subject, EndReason.SIGNED_OUT_EVERYWHERE)
        return contract.EndAllSessionsResponse(ended=ended)

    @query
    def ListSessions(self, work: Work, _request: contract.ListSessionsRequest) -> contract.ListSessionsResponse:
        caller = _caller(work)
        found = lasting_store.open_of(work, caller.subject)
        return contract.ListSessionsResponse(
            sessions=[translate.entry(each, caller.session) for each in found],
            has_password=store.own_credentials(work, caller.subject) is not None,
        )

    @command(prepare="_hashed")
    def SetPassword(
        self, work: Work, request: SetPasswordRequest, hashed: tuple[str, Challenge | None]
    ) -> SetPasswordResponse:
        password_hash, proven = hashed
        caller, seals = _caller(work), self.desk.mint.seals
        credentials = Credentials(login=request.login, password_hash=password_hash)
        if caller.subject == request.name:
            change_own_password(work, seals, request.name, credentials, proven, session=caller.session)
        else:
            set_password(work, seals, request.name, credentials, Reach.of(caller))
        return SetPasswordResponse()

    def _checked(self, request: SignInRequest, _caller: Caller | None) -> tuple[Challenge, str | None]:
        """Count the attempt in a transaction of its own: a refusal does not take it back."""
        try:
            with self.desk.transaction() as work:
                challenge = begin_sign_in(work, self.desk.mint.seals, request.login)
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


def _begun(signed: SignedIn) -> Session:
    SIGN_INS.labels("signed_in").inc()
    return translate.session(signed)


def _caller(work: Work) -> Caller:
    return work.caller or Caller(subject="")
