"""One-time sign-in codes: handed to the SMS provider at once, in no message, journal or log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from chassis.effects import Outcome
from chassis.refusal import Refusal
from notify_service.channel.port import Channel, Letter
from notify_service.channel.recorder import Recorder
from notify_service.contact.domain import Channel as Kind
from notify_service.message.domain import Template
from notify_service.text import catalogue
from notify_service.text.catalogue import Reader


class CodeNotTaken(Refusal):
    """The provider did not take it; it may later."""

    status = "UNAVAILABLE"
    sentence = "The code could not be handed over. Try again shortly."


class PhoneRefused(Refusal):
    """The provider will never take it."""

    status = "FAILED_PRECONDITION"
    sentence = "No code can be sent to this phone."


class CodesAreReal(Refusal):
    """Codes go to real phones, and nobody else reads them."""

    status = "FAILED_PRECONDITION"
    sentence = "A real channel carries sign-in codes here; only the phone's owner reads them."


@dataclass(frozen=True, slots=True, kw_only=True)
class Code:
    key: str
    person: str
    phone: str
    digits: str
    language: str
    minutes: int

    def __repr__(self) -> str:
        return f"Code({self.key}, …)"


class CodePost:
    def __init__(self, channels: Mapping[str, Channel]) -> None:
        self._sms = channels[Kind.SMS.value]

    def require_recorded(self) -> None:
        if not isinstance(self._sms, Recorder):
            raise CodesAreReal

    def send(self, code: Code, attempt: int) -> str:
        """The provider's reference; raises a refusal, or whatever the provider's library raises when nobody knows."""
        outcome = self._sms.send(_letter(code), attempt)
        if outcome.state == "done":
            return outcome.reference
        raise _refusal_of(outcome)


def _refusal_of(outcome: Outcome) -> Refusal:
    return CodeNotTaken() if outcome.state == "later" else PhoneRefused()


def _letter(code: Code) -> Letter:
    language = catalogue.supported(code.language)
    params = {"code": code.digits, "minutes": str(code.minutes)}
    reader = Reader(language=language, zone=ZoneInfo("UTC"), names={})
    sentence = catalogue.message(Template.SIGN_IN_CODE, Kind.SMS.value, params, reader)
    return Letter(
        key=code.key,
        channel=Kind.SMS.value,
        recipient=code.person,
        address=code.phone,
        subject=sentence.subject,
        text=sentence.text,
        language=language,
        template=Template.SIGN_IN_CODE,
        incident="",
        order="",
        params=params,
    )
