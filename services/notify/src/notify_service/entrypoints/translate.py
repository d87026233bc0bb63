"""Messages of the contract ↔ words of the domains."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from google.protobuf.timestamp_pb2 import Timestamp

from eldercare.notify.v1 import notify_service_pb2 as contract
from eldercare.notify.v1.message_pb2 import (
    Addressee,
    AnswerKind,
    DutyDesk,
    Message,
    MessageState,
    TimelineEntry,
)
from eldercare.notify.v1.message_pb2 import Channel as ChannelCode
from eldercare.notify.v1.message_pb2 import ContactPoint as ContactPointMessage
from eldercare.notify.v1.notify_service_pb2 import RecordedCode, SendCodeRequest
from notify_service.channel.phones import Recorded
from notify_service.contact.domain import Channel, ContactPoint
from notify_service.contact.use_cases import AddresseeInput
from notify_service.contract import channel_code
from notify_service.ladder.domain.ladder import Answer
from notify_service.message.codes import Code
from notify_service.message.store import StoredMessage
from notify_service.relation.participants import Participant
from notify_service.timeline.sentences import sentence
from notify_service.timeline.store import Entry

__all__ = ["TimelineEntry"]


def addressee(told: Addressee) -> AddresseeInput:
    return AddresseeInput(
        person=told.person,
        display_name=told.display_name,
        language=told.language,
        points=points(told.contact_points),
    )


def points(told: Iterable[ContactPointMessage]) -> list[ContactPoint]:
    return [
        ContactPoint(
            channel=Channel(ChannelCode.Name(each.channel).removeprefix("CHANNEL_").lower()),
            value=each.value,
            rank=each.rank,
            quiet_hours=each.quiet_hours,
        )
        for each in told
    ]


def without_identifiers(told: Addressee) -> Addressee:
    """The answer is stored under its request_id: it must not hold a name or a number in plain text."""
    return Addressee(
        name=told.person.replace("persons/", "addressees/", 1),
        person=told.person,
        language=told.language,
        contact_points=_without_values(told.contact_points),
    )


def desk_without_values(told: DutyDesk) -> DutyDesk:
    return DutyDesk(
        name=told.region.replace("regions/", "desks/", 1),
        region=told.region,
        language=told.language,
        contact_points=_without_values(told.contact_points),
    )


def answer(told: AnswerKind.ValueType) -> Answer:
    return Answer(AnswerKind.Name(told).removeprefix("ANSWER_KIND_").lower())


def message(stored: StoredMessage, text: str) -> Message:
    notice = stored.notice
    return Message(
        name=stored.name,
        incident=notice.incident,
        order=notice.order,
        recipient=stored.recipient,
        channel=channel_code(stored.channel),
        template=notice.template,
        text=text,
        state=MessageState.Value(f"MESSAGE_STATE_{stored.state.upper()}"),
        step=notice.step,
        create_time=_stamp(stored.create_time),
        send_time=_stamp(stored.settle_time) if stored.settle_time and stored.state == "sent" else None,
        provider_reference=stored.provider_reference,
    )


def participant(found: Participant) -> contract.Participant:
    return contract.Participant(person=found.person, role=found.role, display_name=found.display_name)


def recorded(found: Recorded) -> contract.RecordedMessage:
    return contract.RecordedMessage(
        message=message(found.message, found.text),
        display_name=found.display_name,
        record_time=_stamp(found.record_time),
    )


def entry(found: Entry, language: str, zone: ZoneInfo) -> TimelineEntry:
    line = found.line
    return TimelineEntry(
        id=found.id,
        incident=line.incident,
        order=line.order,
        type=line.type,
        time=_stamp(line.time),
        params=dict(line.params),
        region=line.region,
        text=sentence(line, language, zone),
        correlation=line.correlation,
    )


def _without_values(told: Iterable[ContactPointMessage]) -> list[ContactPointMessage]:
    return [ContactPointMessage(channel=each.channel, rank=each.rank, quiet_hours=each.quiet_hours) for each in told]


def _stamp(moment: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp


def recorded_code(text: str, when: datetime) -> RecordedCode:
    return RecordedCode(text=text, record_time=_stamp(when))


def code(told: SendCodeRequest) -> Code:
    return Code(
        key=f"codes/{told.request_id}",
        person=told.person,
        phone=told.phone,
        digits=told.code,
        language=told.language,
        minutes=told.minutes,
    )
