"""Sessions between the contract and the domain."""

from __future__ import annotations

from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from eldercare.people.v1.person_service_pb2 import Session as SessionMessage
from eldercare.people.v1.session_pb2 import RequestCodeResponse, SessionEntry, SignInMeans
from people_service.session.code import CodeAsked
from people_service.session.keeping import SignedIn
from people_service.session.lasting import Session


def session(signed: SignedIn) -> SessionMessage:
    return SessionMessage(
        token=signed.token,
        expire_time=_timestamp(signed.expires_at),
        person=signed.person,
        roles=signed.roles,
        refresh_token=signed.refresh_token,
        refresh_expire_time=_timestamp(signed.refresh_expires_at),
        session=signed.session,
    )


def entry(kept: Session, current: str) -> SessionEntry:
    return SessionEntry(
        name=kept.name,
        means=SignInMeans.Value(f"SIGN_IN_MEANS_{kept.means.name}"),
        start_time=_timestamp(kept.started_at),
        use_time=_timestamp(kept.used_at),
        current=kept.name == current,
    )


def code_asked(asked: CodeAsked) -> RequestCodeResponse:
    return RequestCodeResponse(challenge=asked.challenge, expire_time=_timestamp(asked.expires_at))


def _timestamp(moment: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp
