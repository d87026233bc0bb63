"""The facts of notify: what leaves the house and what stays in the journal; each is also a line of the timeline."""

from __future__ import annotations

from collections.abc import Sequence

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from chassis.context import Context
from chassis.work import Work
from eldercare.notify.v1 import message_pb2
from eldercare.notify.v1.events_pb2 import AnswerGiven, LadderStarted, MessageRefused, MessageSent, NobodyReached
from notify_service.ladder.domain.ladder import Answer
from notify_service.ladder.store import Opening
from notify_service.message.store import Draft, Notice, StoredMessage
from notify_service.timeline.store import Line, write


def ladder_started(work: Work, opening: Opening, *, steps: int, rule: str) -> None:
    event = LadderStarted(incident=opening.incident, steps=steps)
    _publish(work, opening, event, {"steps": str(steps)}, rule=rule)


def answer_given(work: Work, opening: Opening, person: str, answer: Answer, *, is_operator: bool) -> None:
    stamp = Timestamp()
    stamp.FromDatetime(work.now)
    event = AnswerGiven(
        incident=opening.incident,
        person=person,
        answer=answer_code(answer),
        is_operator=is_operator,
        answer_time=stamp,
    )
    _publish(work, opening, event, {"answer": answer.value, "person": person})


def nobody_reached(work: Work, opening: Opening) -> None:
    _publish(work, opening, NobodyReached(incident=opening.incident, region=opening.region), {})


def messages_sent(work: Work, sent: Sequence[tuple[Context, StoredMessage]]) -> None:
    """Each belongs to the story its context names."""
    told = [(message, _sent(work.within(context), message.notice, message)) for context, message in sent]
    write(work, *(_line(work, message, MessageSent, source, {}) for message, source in told))


def message_shown(work: Work, notice: Notice, message: Draft) -> None:
    """The live view shows itself: no line of the timeline."""
    _sent(work, notice, message)


def message_refused(work: Work, message: StoredMessage, reason: str) -> None:
    event = MessageRefused(
        message=message.name,
        incident=message.notice.incident,
        recipient=message.recipient,
        channel=channel_code(message.channel),
        reason=reason,
    )
    source = _publish_message(work, message.notice, message.name, event)
    write(work, _line(work, message, MessageRefused, source, {"reason": reason}))


def answer_code(answer: Answer) -> message_pb2.AnswerKind.ValueType:
    return message_pb2.AnswerKind.Value(f"ANSWER_KIND_{answer.name}")


def channel_code(channel: str) -> message_pb2.Channel.ValueType:
    return message_pb2.Channel.Value(f"CHANNEL_{channel.upper()}")


def _publish(work: Work, opening: Opening, event: Message, params: dict[str, str], *, rule: str = "") -> None:
    source = work.publish(
        event,
        aggregate=opening.ladder,
        region=opening.region,
        person=opening.person,
        correlation=opening.correlation,
        rule=rule,
    )
    write(
        work,
        Line(
            source=source,
            type=event.DESCRIPTOR.full_name,
            incident=opening.incident,
            params=params,
            region=opening.region,
            correlation=opening.correlation,
            time=work.now,
        ),
    )


def _sent(work: Work, notice: Notice, message: StoredMessage | Draft) -> str:
    event = MessageSent(
        message=message.name,
        incident=notice.incident,
        order=notice.order,
        recipient=message.recipient,
        channel=channel_code(message.channel),
        template=notice.template,
        step=notice.step,
    )
    return _publish_message(work, notice, message.name, event)


def _publish_message(work: Work, notice: Notice, name: str, event: Message) -> str:
    return work.publish(
        event,
        aggregate=name,
        region=notice.region,
        person=notice.person,
        correlation=notice.correlation,
    )


def _line(work: Work, message: StoredMessage, fact: type[Message], source: str, params: dict[str, str]) -> Line:
    notice = message.notice
    codes = {"channel": message.channel, "template": notice.template, "recipient": message.recipient}
    return Line(
        source=source,
        type=fact.DESCRIPTOR.full_name,
        incident=notice.incident,
        order=notice.order,
        params=params | codes,
        region=notice.region,
        correlation=notice.correlation,
        time=message.settle_time or work.now,
    )
