"""From a stored message to the letter a channel carries: who, where, in which language, with which names."""

from __future__ import annotations

from chassis.seal import Seals
from chassis.work import Work
from notify_service.channel.port import Letter
from notify_service.contact import store as contacts
from notify_service.contact.use_cases import name_place, unseal, value_place
from notify_service.message import store
from notify_service.message.store import StoredMessage
from notify_service.relation.store import DEFAULT_LANGUAGE, language_of, zone_of
from notify_service.text import catalogue
from notify_service.text.catalogue import NAMES, Reader

STOOD_DOWN = "stood_down"
ERASED = "erased"


class Withdrawn(Exception):
    """The message must not go out any more."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def compose(work: Work, seals: Seals, name: str) -> Letter:
    """Raises Withdrawn: a call of a ladder that rests, a person who was erased, a message gone."""
    message = store.get(work, name)
    if message is None:
        raise Withdrawn("unknown_message")
    if message.notice.is_call and message.ladder_state != "open":
        raise Withdrawn(STOOD_DOWN)
    address = address_of(work, seals, message)
    language = language_of(work, message.recipient)
    sentence = sentence_of(work, seals, message, language)
    return Letter(
        key=message.name,
        channel=message.channel,
        recipient=message.recipient,
        address=address,
        subject=sentence.subject,
        text=sentence.text,
        language=language,
        template=message.notice.template,
        incident=message.notice.incident,
        order=message.notice.order,
        params=message.notice.params,
    )


def sentence_of(work: Work, seals: Seals, message: StoredMessage, language: str) -> catalogue.Sentence:
    """The live view carries no names: it travels through Redis in plain text."""
    params = message.notice.params
    people = [params[key] for key in NAMES if params.get(key)] if message.contact_point else []
    reader = Reader(
        language=catalogue.supported(language or DEFAULT_LANGUAGE),
        zone=zone_of(work, message.notice.region),
        names=names_of(work, seals, people),
    )
    return catalogue.message(message.notice.template, message.channel, params, reader)


def names_of(work: Work, seals: Seals, people: list[str]) -> dict[str, str]:
    """Display names of those who have one; who was erased has none."""
    found = {each.owner: unseal(seals, each, name_place(each.owner)) for each in contacts.sealed_names(work, people)}
    return {person: name for person, name in found.items() if name is not None}


def address_of(work: Work, seals: Seals, message: StoredMessage) -> str:
    point = message.contact_point
    if point is None:
        return message.recipient
    found = contacts.sealed_value(work, point)
    plain = unseal(seals, found, value_place(str(point))) if found else None
    if plain is None:
        raise Withdrawn(ERASED)
    return plain
