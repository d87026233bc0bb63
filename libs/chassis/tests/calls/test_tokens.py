"""A token that is not whole is refused, whichever way it is broken."""

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from datetime import timedelta
from uuid import uuid4

import pytest
from joserfc import jwt
from joserfc.jwk import OKPKey

from chassis.clock import wall_now
from chassis.identity import LONGEST_LIFE, CallerUnknown
from eldercare.people.v1.person_service_pb2 import ErasePersonRequest, GetPersonRequest, SignInRequest
from eldercare.people.v1.person_service_pb2_grpc import PersonServiceStub, SessionServiceStub
from libs.chassis.tests.calls.asking import OPERATOR, reason_of
from suite.testing import RunningRpc


def claims(**changed: object) -> dict[str, object]:
    now = int(wall_now().timestamp())
    subject = "services/order"
    return {"iss": subject, "sub": subject, "aud": "eldercare", "roles": [], "iat": now, "exp": now + 60} | changed


def signed(people: RunningRpc, service: str = "order", **changed: object) -> str:
    key = people.identity_of(service)._key
    return jwt.encode({"alg": "Ed25519", "kid": key.kid}, claims(**changed), key, algorithms=["Ed25519"])


def forged(people: RunningRpc) -> str:
    key = OKPKey.generate_key("Ed25519", {"kid": "services/order#1"})
    return jwt.encode({"alg": "Ed25519", "kid": key.kid}, claims(), key, algorithms=["Ed25519"])


def confused(people: RunningRpc) -> str:
    """Signed with our public key as if it were a shared secret."""
    public = people.identity_of("order")._key.as_pem(private=False)
    head, body = _part({"alg": "HS256", "kid": "services/order#1"}), _part(claims())
    seal = urlsafe_b64encode(hmac.digest(public, f"{head}.{body}".encode(), "sha256")).decode().rstrip("=")
    return f"{head}.{body}.{seal}"


def _part(content: Mapping[str, object]) -> str:
    return urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


def unsigned(people: RunningRpc) -> str:
    head, body, _ = signed(people).split(".")
    return f"{head}.{body}."


PAST = int((wall_now() - timedelta(minutes=5)).timestamp())
FUTURE = int((wall_now() + timedelta(hours=5)).timestamp())  # far enough for a slow run of all tests
TOKENS: dict[str, Callable[[RunningRpc], str]] = {
    "none": lambda _: "",
    "rubbish": lambda _: "a.b.c",
    "forged": forged,
    "algorithm confused": confused,
    "unsigned": unsigned,
    "expired": lambda people: signed(people, exp=PAST, iat=PAST - 60),
    "for someone else": lambda people: signed(people, aud="elsewhere"),
    "issued long before its time": lambda people: signed(people, iat=FUTURE, exp=FUTURE + 60),
    "lives too long": lambda people: signed(people, exp=PAST + 86_400),
    "without an end": lambda people: signed(people, exp=None),
    "a service vouches for a person": lambda people: signed(people, sub=OPERATOR.subject),
    "a service speaks for another": lambda people: signed(people, sub="services/device"),
    "another's name as issuer": lambda people: signed(people, iss="services/people", sub=OPERATOR.subject),
}


@pytest.mark.parametrize("kind", TOKENS)
def test_a_token_that_is_not_whole_is_refused(people: RunningRpc, kind: str) -> None:
    stub = PersonServiceStub(people.channel(TOKENS[kind](people)))
    assert reason_of(lambda: stub.GetPerson(GetPersonRequest(name=OPERATOR.subject))) == "CALLER_UNKNOWN"


def test_the_tokens_the_refused_ones_were_made_from_are_good(people: RunningRpc) -> None:
    stub = PersonServiceStub(people.channel(signed(people)))
    assert reason_of(lambda: stub.GetPerson(GetPersonRequest(name=OPERATOR.subject))) == "ROLE_MISSING"


def test_a_token_that_was_good_is_refused_after_its_last_second(
    people: RunningRpc, monkeypatch: pytest.MonkeyPatch
) -> None:
    identity = people.identity_of("order")
    token = identity.own_token()
    assert identity.verify(token) == identity.verify(token)
    later = wall_now() + LONGEST_LIFE
    monkeypatch.setattr("chassis.identity.wall_now", lambda: later)
    with pytest.raises(CallerUnknown):
        identity.verify(token)


def test_a_caller_whose_clock_is_a_little_ahead_is_believed(people: RunningRpc) -> None:
    now = int(wall_now().timestamp())
    stub = PersonServiceStub(people.channel(signed(people, iat=now + 20, exp=now + 80)))
    assert reason_of(lambda: stub.GetPerson(GetPersonRequest(name=OPERATOR.subject))) == "ROLE_MISSING"


def test_a_service_that_gives_itself_an_operators_role_has_none(people: RunningRpc) -> None:
    stub = PersonServiceStub(people.channel(signed(people, roles=["operator@regions"])))
    erase = ErasePersonRequest(request_id=str(uuid4()), name=OPERATOR.subject)
    assert reason_of(lambda: stub.ErasePerson(erase)) == "ROLE_MISSING"


def test_an_old_token_does_not_keep_anyone_from_signing_in(people: RunningRpc) -> None:
    stub = SessionServiceStub(people.channel(TOKENS["expired"](people)))
    reason = reason_of(lambda: stub.SignIn(SignInRequest(login="nobody", password="made-up-secret")))
    assert reason not in {"CALLER_UNKNOWN", "INTERNAL"}
