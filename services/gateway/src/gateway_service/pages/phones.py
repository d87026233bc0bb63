"""The phones of made-up people: what the recorder kept where no real channel carries messages."""

from dataclasses import dataclass, field
from datetime import datetime

from fastapi import APIRouter, Request, Response

from eldercare.notify.v1.message_pb2 import Channel
from eldercare.notify.v1.notify_service_pb2 import ListRecordedMessagesRequest, RecordedMessage
from gateway_service.codes import moment, word
from gateway_service.house import Asked, SignedIn
from gateway_service.pages.render import fragment, page
from gateway_service.v1.incidents import own_region

router = APIRouter(include_in_schema=False)
_MOST, _PURPOSE = 100, "operator_view"


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    channel: str
    text: str
    incident: str
    time: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Phone:
    """One recipient's: newest text first. A duty desk has no name but its region."""

    recipient: str
    name: str
    texts: list[Text] = field(default_factory=list)


@router.get("/phones")
async def show_phones(request: Request, asked: Asked) -> Response:
    return page(request, "phones.html", signed_in=asked, phones=await _phones(asked))


@router.get("/phones/now")
async def show_changes(request: Request, asked: Asked) -> Response:
    return fragment(request, "phones.html", phones=await _phones(asked))


async def _phones(asked: SignedIn) -> list[Phone]:
    """Whoever got the newest text first."""
    request = ListRecordedMessagesRequest(region=own_region(asked, None), page_size=_MOST)
    answer = await asked.ask(asked.peers.notify.ListRecordedMessages, request, purpose=_PURPOSE)
    phones: dict[str, Phone] = {}
    for each in answer.messages:
        recipient = each.message.recipient
        phone = phones.setdefault(recipient, Phone(recipient=recipient, name=each.display_name))
        phone.texts.append(_text(each))
    return list(phones.values())


def _text(told: RecordedMessage) -> Text:
    message = told.message
    channel = word(Channel, message.channel)
    return Text(channel=channel, text=message.text, incident=message.incident, time=moment(told.record_time))
