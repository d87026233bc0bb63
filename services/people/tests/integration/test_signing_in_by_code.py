"""Phone and code: good once, for five minutes, for whoever asked; a phone nobody has looks like any other."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent import futures
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import grpc
import pytest
from google.protobuf.json_format import MessageToDict
from grpc_status import rpc_status

from chassis.identity import Identity
from chassis.rpc.client import Clients
from chassis.rpc.status import named
from chassis.seal import Seals
from eldercare.notify.v1.notify_service_pb2 import SendCodeRequest, SendCodeResponse
from eldercare.notify.v1.notify_service_pb2_grpc import NotifyServiceServicer, add_NotifyServiceServicer_to_server
from eldercare.people.v1.person_pb2 import ROLE_KIND_ELDER, Role
from eldercare.people.v1.person_service_pb2 import Session
from eldercare.people.v1.session_pb2 import RequestCodeRequest, RequestCodeResponse, SignInWithCodeRequest
from people_service.session.code_store import drop_old
from people_service.session.codes import SEND_CODE
from people_service.session.sending import CodeSender
from services.people.tests.cast import GRANNY_WEN
from services.people.tests.house import HOME, SECONDS, House, new_request, refusal, registering

PHONE, NOBODYS = "+8600000000021", "+8600000000099"


@dataclass
class Notify(NotifyServiceServicer):
    """notify, as far as a code concerns it: takes it, or does what a test wants."""

    heard: list[SendCodeRequest] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)

    def SendCode(self, request: SendCodeRequest, context: Any) -> SendCodeResponse:  # noqa: N802 - the contract's name
        self.heard.append(request)
        if self.refusals:
            context.abort_with_status(rpc_status.to_status(named(self.refusals.pop(0), "MADE_UP", "Made up.", {})))
        return SendCodeResponse(provider_reference="made-up")


@dataclass(frozen=True, kw_only=True)
class Phones:
    """Granny has one; nobody has the other."""

    house: House
    notify: Notify
    sender: CodeSender

    def ask(self, phone: str = PHONE) -> RequestCodeResponse:
        request = RequestCodeRequest(request_id=new_request(), phone=phone)
        return self.house.sessions.RequestCode(request, timeout=SECONDS)

    def ring(self) -> None:
        """Everything that was asked for goes out."""
        self.house.database.push_clock(seconds=2)
        self.house.database.run_effects({SEND_CODE: self.sender})

    def code(self) -> str:
        self.ring()
        return self.notify.heard[-1].code

    def trade(self, challenge: str, code: str) -> Session:
        request = SignInWithCodeRequest(challenge=challenge, code=code)
        return self.house.sessions.SignInWithCode(request, timeout=SECONDS)

    def why_not(self, challenge: str, code: str) -> str:
        return refusal(lambda: self.trade(challenge, code))


@pytest.fixture
def phones(house: House, tmp_path: Any) -> Iterator[Phones]:
    granny = registering(GRANNY_WEN, Role(kind=ROLE_KIND_ELDER), home=HOME)
    granny.identifiers.phone = PHONE
    house.people.RegisterPerson(granny, timeout=SECONDS)
    notify, server = Notify(), grpc.server(futures.ThreadPoolExecutor(2))  # type: ignore[abstract]
    add_NotifyServiceServicer_to_server(notify, server)
    target = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    identity = Identity.load("people", tmp_path / "people.key", tmp_path / "trusted.json")
    clients = Clients(identity, {"notify": target})
    seals = Seals.load(tmp_path / "seals.json")
    yield Phones(house=house, notify=notify, sender=CodeSender(house.database.work, seals, clients))
    clients.close()
    server.stop(0).wait()


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_a_phone_and_its_code_open_once(phones: Phones) -> None:
    asked = phones.ask()
    code = phones.code()
    (sent,) = phones.notify.heard
    assert (sent.phone, sent.person, sent.language, sent.minutes) == (PHONE, GRANNY_WEN, "zh-CN", 5)
    session = phones.trade(asked.challenge, code)
    assert (session.person, list(session.roles)) == (GRANNY_WEN, ["elder"])
    assert session.refresh_token
    assert phones.why_not(asked.challenge, code) == "CODE_REFUSED"


def test_a_phone_nobody_has_gets_the_same_answer_and_no_message(phones: Phones) -> None:
    known, unknown = phones.ask(PHONE), phones.ask(NOBODYS)
    assert MessageToDict(known).keys() == MessageToDict(unknown).keys()
    phones.ring()
    assert [sent.phone for sent in phones.notify.heard] == [PHONE]
    assert phones.why_not(unknown.challenge, "000000") == phones.why_not(known.challenge, "000000") == "CODE_REFUSED"
    for phone in (PHONE, NOBODYS):
        assert refusal(lambda phone=phone: phones.ask(phone)) == "CODES_TOO_MANY"  # type: ignore[misc]


def test_asking_does_the_same_work_for_any_phone(phones: Phones) -> None:
    """Who has the phone is looked up by whoever sends the code, after the answer: time tells nothing either."""
    phones.ask(PHONE)
    phones.ask(NOBODYS)
    phones.house.database.run_effects({SEND_CODE: phones.sender})
    assert phones.notify.heard == []
    for table in ("sign_in_codes", "effects"):
        with phones.house.database.work() as work:
            assert len(work.all(f"SELECT 1 FROM {table}")) == 2  # noqa: S608


def test_a_code_dies_after_five_wrong_guesses(phones: Phones) -> None:
    asked = phones.ask()
    code = phones.code()
    for _ in range(5):
        assert phones.why_not(asked.challenge, wrong(code)) == "CODE_REFUSED"
    assert phones.why_not(asked.challenge, code) == "CODE_REFUSED"


def test_guesses_at_all_codes_of_a_phone_are_counted_for_a_day(phones: Phones) -> None:
    for _ in range(4):
        asked = phones.ask()
        code = phones.code()
        for _ in range(5):
            assert phones.why_not(asked.challenge, wrong(code)) == "CODE_REFUSED"
        phones.house.database.push_clock(minutes=61)
    asked = phones.ask()
    assert phones.why_not(asked.challenge, phones.code()) == "CODE_REFUSED"
    phones.house.database.push_clock(hours=24)
    asked = phones.ask()
    assert phones.trade(asked.challenge, phones.code()).person == GRANNY_WEN


def test_a_code_that_opens_forgets_the_guesses_before_it(phones: Phones) -> None:
    for _ in range(5):
        asked = phones.ask()
        code = phones.code()
        for _ in range(4):
            assert phones.why_not(asked.challenge, wrong(code)) == "CODE_REFUSED"
        assert phones.trade(asked.challenge, code).person == GRANNY_WEN
        phones.house.database.push_clock(minutes=61)


def test_a_code_is_good_for_five_minutes(phones: Phones) -> None:
    asked = phones.ask()
    code = phones.code()
    phones.house.database.push_clock(minutes=5)
    assert phones.why_not(asked.challenge, code) == "CODE_REFUSED"


def test_a_code_read_over_a_shoulder_is_of_no_use_without_its_challenge(phones: Phones) -> None:
    asked = phones.ask()
    code = phones.code()
    assert phones.why_not(str(uuid4()), code) == "CODE_REFUSED"
    assert phones.trade(asked.challenge, code).person == GRANNY_WEN


def test_somebody_elses_asking_and_guessing_does_not_spoil_a_code(phones: Phones) -> None:
    mine = phones.ask()
    code = phones.code()
    phones.house.database.push_clock(minutes=1, seconds=1)
    theirs = phones.ask()
    for _ in range(5):
        phones.why_not(theirs.challenge, wrong(phones.code()))
    assert phones.trade(mine.challenge, code).person == GRANNY_WEN


def test_a_phone_gets_one_code_a_minute_and_five_an_hour(phones: Phones) -> None:
    for _ in range(5):
        phones.ask()
        assert refusal(phones.ask) == "CODES_TOO_MANY"
        phones.house.database.push_clock(minutes=1, seconds=1)
    assert refusal(phones.ask) == "CODES_TOO_MANY"
    phones.house.database.push_clock(minutes=56)
    phones.ask()


def test_a_code_notify_could_not_take_is_sent_again_the_same_and_not_after_its_time(phones: Phones) -> None:
    phones.notify.refusals = ["UNAVAILABLE", "DEADLINE_EXCEEDED"]
    phones.ask()
    phones.ring()
    phones.house.database.push_clock(seconds=10)
    phones.ring()
    phones.house.database.push_clock(seconds=10)
    phones.ring()
    first, *others = phones.notify.heard
    assert {(each.code, each.request_id) for each in others} == {(first.code, first.request_id)}
    assert [each.attempt for each in phones.notify.heard] == [1, 2, 3]
    phones.house.database.push_clock(minutes=2)
    phones.notify.refusals = ["UNAVAILABLE"]
    phones.ask()
    phones.ring()
    phones.house.database.push_clock(minutes=6)
    phones.ring()
    assert len(phones.notify.heard) == 4


def test_neither_code_nor_phone_is_stored_in_the_clear(phones: Phones) -> None:
    phones.ask()
    code = phones.code()
    with phones.house.database.work() as work:
        tables = work.all("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        kept = str([work.all(f'SELECT * FROM "{table["tablename"]}"') for table in tables])  # noqa: S608
    assert PHONE not in kept
    assert f"'{code}'" not in kept


def test_old_codes_are_swept(phones: Phones) -> None:
    phones.ask()
    phones.house.database.push_clock(hours=25)
    phones.ask()
    with phones.house.database.work() as work:
        assert drop_old(work) == 1
        assert len(work.all("SELECT 1 FROM sign_in_codes")) == 1
