"""people beside the gateway, as far as signing in needs it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Protocol
from uuid import uuid4

from google.protobuf.timestamp_pb2 import Timestamp

from chassis.clock import wall_now
from chassis.identity import Identity
from eldercare.people.v1.person_service_pb2 import Session, SetPasswordResponse
from eldercare.people.v1.person_service_pb2_grpc import SessionServiceServicer
from eldercare.people.v1.session_pb2 import (
    SIGN_IN_MEANS_CODE,
    EndAllSessionsResponse,
    EndSessionResponse,
    ListSessionsResponse,
    RequestCodeResponse,
    SessionEntry,
)

GUEST = "persons/00000000-0000-4000-8000-000000000002"  # whoever signs in


class House(Protocol):
    people: Identity
    has_password: bool

    def receive(self, request: Any, context: Any) -> str: ...
    def note(self, request: Any, context: Any) -> dict[str, str]: ...


class Sessions(SessionServiceServicer):
    """Opens for whoever brings anything."""

    def __init__(self, house: House) -> None:
        self.house = house

    def RequestCode(self, request: Any, context: Any) -> RequestCodeResponse:  # noqa: N802 - the contract's name
        self.house.note(request, context)
        return RequestCodeResponse(challenge=str(uuid4()), expire_time=_soon())

    def SignInWithCode(self, request: Any, context: Any) -> Session:  # noqa: N802 - the contract's name
        return self._opened(request, context)

    def SignInWithProvider(self, request: Any, context: Any) -> Session:  # noqa: N802 - the contract's name
        return self._opened(request, context)

    def RefreshSession(self, request: Any, context: Any) -> Session:  # noqa: N802 - the contract's name
        return self._opened(request, context)

    def EndSession(self, request: Any, context: Any) -> EndSessionResponse:  # noqa: N802 - the contract's name
        self.house.receive(request, context)
        return EndSessionResponse()

    def EndAllSessions(self, request: Any, context: Any) -> EndAllSessionsResponse:  # noqa: N802 - the contract's name
        self.house.receive(request, context)
        return EndAllSessionsResponse(ended=1)

    def ListSessions(self, request: Any, context: Any) -> ListSessionsResponse:  # noqa: N802 - the contract's name
        self.house.receive(request, context)
        entry = SessionEntry(name=f"sessions/{uuid4()}", means=SIGN_IN_MEANS_CODE, current=True)
        return ListSessionsResponse(sessions=[entry], has_password=self.house.has_password)

    def SetPassword(self, request: Any, context: Any) -> SetPasswordResponse:  # noqa: N802 - the contract's name
        self.house.receive(request, context)
        return SetPasswordResponse()

    def _opened(self, request: Any, context: Any) -> Session:
        self.house.note(request, context)
        return Session(
            token=self.house.people.vouch(GUEST, ["elder"]),
            expire_time=_soon(),
            person=GUEST,
            roles=["elder"],
            refresh_token=f"made-up-{uuid4()}",
            refresh_expire_time=_soon(),
            session=f"sessions/{uuid4()}",
        )


def _soon() -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(wall_now() + timedelta(minutes=15))
    return stamp
