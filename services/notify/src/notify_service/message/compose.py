"""From a stored message to the letter a channel carries: who, where, in which language, with which names."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from uuid import UUID
from zoneinfo import ZoneInfo

from chassis.seal import Seals
from chassis.work import Work
from notify_service.channel.port import Letter
from notify_service.contact import store as contacts
from notify_service.contact.store import Sealed
from notify_service.contact.use_cases import name_place, unseal, value_place
from notify_service.message import store
from notify_service.message.store import StoredMessage
from notify_service.relation.store import DEFAULT_LANGUAGE, languages_of, zone_of
from notify_service.text import catalogue
from notify_service.text.catalogue import NAMES, Reader

STOOD_DOWN = "stood_down"
ERASED = "erased"


class Withdrawn(Exception):
    """The message must not go out any more."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


Composed = Letter | Exception


def compose(work: Work, seals: Seals, names: Collection[str]) -> dict[str, Composed]:
    """The letter of each message, or why there is none. `Withdrawn`: a call of a ladder that rests, a person who was
    erased, a message gone; any other exception is that message's own trouble."""
    messages = store.get_all(work, names)
    found = messages.values()
    desk = _Desk(
        seals=seals,
        languages=languages_of(work, {message.recipient for message in found}),
        addresses=contacts.sealed_values(work, {message.contact_point for message in found if message.contact_point}),
        names=names_of(work, seals, {name for message in found for name in _named(message)}),
        zones={region: zone_of(work, region) for region in {message.notice.region for message in found}},
    )
    return {name: desk.compose(messages.get(name)) for name in names}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Desk:
    """What was looked up for all of them at once."""

    seals: Seals
    languages: Mapping[str, str]
    addresses: Mapping[UUID, Sealed]
    names: Mapping[str, str]
    zones: Mapping[str, ZoneInfo]

    def compose(self, message: StoredMessage | None) -> Composed:
        try:
            return self._letter(message)
        except Exception as trouble:
            return trouble

    def _letter(self, message: StoredMessage | None) -> Letter:
        if message is None:
            raise Withdrawn("unknown_message")
        notice = message.notice
        if notice.is_call and message.ladder_state != "open":
            raise Withdrawn(STOOD_DOWN)
        address = self._address(message)
        language = self.languages[message.recipient]
        names = {name: self.names[name] for name in _named(message) if name in self.names}
        sentence = _sentence(message, language, self.zones[notice.region], names)
        return Letter(
            key=message.name,
            channel=message.channel,
            recipient=message.recipient,
            address=address,
            subject=sentence.subject,
            text=sentence.text,
            language=language,
            template=notice.template,
            incident=notice.incident,
            order=notice.order,
            params=notice.params,
        )

    def _address(self, message: StoredMessage) -> str:
        point = message.contact_point
        if point is None:
            return message.recipient
        found = self.addresses.get(point)
        plain = unseal(self.seals, found, value_place(str(point))) if found else None
        if plain is None:
            raise Withdrawn(ERASED)
        return plain


def sentence_of(work: Work, seals: Seals, message: StoredMessage, language: str) -> catalogue.Sentence:
    zone = zone_of(work, message.notice.region)
    return _sentence(message, language, zone, names_of(work, seals, _named(message)))


def _sentence(message: StoredMessage, language: str, zone: ZoneInfo, names: Mapping[str, str]) -> catalogue.Sentence:
    reader = Reader(language=catalogue.supported(language or DEFAULT_LANGUAGE), zone=zone, names=names)
    return catalogue.message(message.notice.template, message.channel, message.notice.params, reader)


def _named(message: StoredMessage) -> list[str]:
    """Whom it names. The live view carries no names: whoever reads it is told of roles."""
    params = message.notice.params
    return [params[key] for key in NAMES if params.get(key)] if message.contact_point else []


def names_of(work: Work, seals: Seals, people: Collection[str]) -> dict[str, str]:
    """Display names of those who have one; who was erased has none."""
    found = {each.owner: unseal(seals, each, name_place(each.owner)) for each in contacts.sealed_names(work, people)}
    return {person: name for person, name in found.items() if name is not None}
