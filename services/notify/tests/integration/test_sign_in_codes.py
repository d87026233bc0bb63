"""A code goes out by SMS, once, and is written nowhere but in the recorder's sealed phone."""

from __future__ import annotations

from collections.abc import Callable
from uuid import uuid4

import pytest

from chassis.effects import Outcome
from chassis.rpc.client import Refused
from chassis.work import Caller
from eldercare.notify.v1.notify_service_pb2 import GetRecordedCodeRequest, SendCodeRequest
from eldercare.notify.v1.notify_service_pb2_grpc import NotifyServiceStub
from notify_service.channel.port import Letter
from notify_service.channel.recorder import text_place
from notify_service.contact.store import Sealed
from notify_service.contact.use_cases import unseal
from notify_service.message.codes import Code, CodeNotTaken, CodePost, CodesAreReal, PhoneRefused
from services.notify.tests import cast
from services.notify.tests.cast import GRANNY_WEN
from services.notify.tests.story import Story
from suite.testing import RpcFactory

PHONE, DIGITS = "+8600000000009", "042731"
PEOPLE = Caller(subject="services/people")
As = Callable[[Caller], NotifyServiceStub]


@pytest.fixture
def speak(rpc: RpcFactory, story: Story) -> As:
    served = rpc("notify", db=story.db)
    return lambda caller: NotifyServiceStub(served.channel_as(caller))


def code(language: str = "en", *, attempt: int = 1, key: str = "") -> SendCodeRequest:
    return SendCodeRequest(
        request_id=key or str(uuid4()),
        person=GRANNY_WEN,
        phone=PHONE,
        code=DIGITS,
        language=language,
        minutes=5,
        attempt=attempt,
    )


def text_on_the_phone(story: Story) -> list[str]:
    rows = story.db.rows(
        """SELECT r.key, r.sealed_text, k.wrapped FROM recorded_messages r
           JOIN subject_keys k ON k.subject = r.recipient WHERE template = 'sign_in_code' ORDER BY id"""
    )
    sealed = [(r["key"], Sealed(owner=GRANNY_WEN, sealed=r["sealed_text"], wrapped=r["wrapped"])) for r in rows]
    found = [unseal(story.seals, each, text_place(key)) for key, each in sealed]
    return [text for text in found if text]


def test_the_phone_shows_the_code_in_its_owners_language(story: Story, speak: As) -> None:
    for language in ("en", "zh-CN"):
        assert speak(PEOPLE).SendCode(code(language), timeout=10).provider_reference
    english, chinese = text_on_the_phone(story)
    assert english.startswith(f"{DIGITS} is your code to sign in. It is good for 5 minutes.")
    assert chinese.startswith(f"您的登录验证码为{DIGITS}")


def test_a_repeat_nobody_knew_the_end_of_is_the_same_message(story: Story, speak: As) -> None:
    key = str(uuid4())
    for attempt in (1, 2):
        speak(PEOPLE).SendCode(code(key=key, attempt=attempt), timeout=10)
    assert len(text_on_the_phone(story)) == 1


def test_code_and_phone_are_in_no_table_and_no_log(story: Story, speak: As, capfd: pytest.CaptureFixture[str]) -> None:
    speak(PEOPLE).SendCode(code(), timeout=10)
    tables = story.db.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    kept = str([story.db.rows(f'SELECT * FROM "{table["tablename"]}"') for table in tables])  # noqa: S608
    written = capfd.readouterr()
    for secret in (DIGITS, PHONE):
        assert secret not in kept
        assert secret not in written.out + written.err
    assert DIGITS not in repr(Code(key="k", person="p", phone=PHONE, digits=DIGITS, language="en", minutes=5))


SUITE = Caller(subject="services/suite", purpose="demo")


def test_whoever_runs_a_box_without_real_sms_reads_the_newest_code_of_a_phone(story: Story, speak: As) -> None:
    for digits in ("111111", DIGITS):
        sent = code()
        sent.code = digits
        speak(PEOPLE).SendCode(sent, timeout=10)
    told = speak(SUITE).GetRecordedCode(GetRecordedCodeRequest(phone=PHONE), timeout=10)
    assert told.text.startswith(f"{DIGITS} is your code")
    assert told.HasField("record_time")
    kept = story.db.rows("SELECT caller, object FROM reads WHERE method LIKE '%%GetRecordedCode'")
    assert kept == [{"caller": "services/suite", "object": ""}]
    with pytest.raises(Refused, match="NO_CODE_SENT"):
        speak(SUITE).GetRecordedCode(GetRecordedCodeRequest(phone="+8600000000098"), timeout=10)


def test_where_a_real_channel_carries_codes_nobody_reads_them() -> None:
    with pytest.raises(CodesAreReal):
        CodePost({"sms": Provider(Outcome.done())}).require_recorded()


@pytest.mark.parametrize(
    "caller",
    [
        Caller(subject="services/gateway"),
        Caller(subject="services/order"),
        Caller(subject=cast.OPERATOR_MEI, roles=(f"operator@{cast.LAKE}",)),
        Caller(subject=GRANNY_WEN, roles=("elder",)),
    ],
)
def test_nobody_but_people_sends_codes(story: Story, speak: As, caller: Caller) -> None:
    with pytest.raises(Refused, match="ROLE_MISSING"):
        speak(caller).SendCode(code(), timeout=10)
    assert text_on_the_phone(story) == []


class Provider:
    """An SMS provider that answers what a test wants."""

    def __init__(self, outcome: Outcome) -> None:
        self.outcome = outcome

    def send(self, _letter: Letter, _attempt: int) -> Outcome:
        return self.outcome


@pytest.mark.parametrize(
    ("outcome", "refusal"), [(Outcome.later("busy"), CodeNotTaken), (Outcome.refused("no_such_number"), PhoneRefused)]
)
def test_what_the_provider_does_not_take_is_refused_by_name(outcome: Outcome, refusal: type[Exception]) -> None:
    told = Code(key="codes/1", person=GRANNY_WEN, phone=PHONE, digits=DIGITS, language="en", minutes=5)
    with pytest.raises(refusal):
        CodePost({"sms": Provider(outcome)}).send(told, 1)
