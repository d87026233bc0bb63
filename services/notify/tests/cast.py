"""Made-up people of a made-up community, and the facts other services would tell about them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from google.protobuf.timestamp_pb2 import Timestamp

from chassis.seal import Seals
from eldercare.order.v1 import events_pb2 as order
from eldercare.people.v1.events_pb2 import PersonChanged, RegionChanged
from eldercare.people.v1.person_pb2 import Person, Region, Role, RoleKind
from notify_service.contact.domain import Channel, ContactPoint
from notify_service.contact.use_cases import AddresseeInput, put_addressee, put_duty_desk
from notify_service.handlers import HANDLERS
from suite.testing import TestDatabase

CITY = "regions/demo-city"
LAKE = f"{CITY}/lake-district"
PLUM_GARDEN = f"{LAKE}/plum-street/plum-garden"

GRANNY_WEN = "persons/00000000-0000-7000-8000-000000000001"
DAUGHTER_WEN = "persons/00000000-0000-7000-8000-000000000002"
SON_WEN = "persons/00000000-0000-7000-8000-000000000003"
NURSE_TAO = "persons/00000000-0000-7000-8000-000000000004"
NURSE_BAI = "persons/00000000-0000-7000-8000-000000000005"
OPERATOR_MEI = "persons/00000000-0000-7000-8000-000000000006"

UUID = "00000000-0000-7000-8000-0000000000b1"
INCIDENT = f"incidents/{UUID}"
ALARM = "alarms/00000000-0000-7000-8000-0000000000a1"
ORDER = "orders/00000000-0000-7000-8000-0000000000c1"

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)
NAMES = {
    GRANNY_WEN: "Granny Wen (made-up)",
    DAUGHTER_WEN: "Lan Wen (made-up)",
    SON_WEN: "Bo Wen (made-up)",
    NURSE_TAO: "Tao (made-up)",
    NURSE_BAI: "Bai (made-up)",
}
PHONES = {person: f"+8600000001{number:02d}" for number, person in enumerate(NAMES)}
DESK_PHONE = "+860000000999"


def stamp(moment: datetime) -> Timestamp:
    told = Timestamp()
    told.FromDatetime(moment)
    return told


def role(kind: RoleKind.ValueType, of: str = "", *rights: str, since: datetime = LONG_AGO) -> Role:
    return Role(kind=kind, object=of, start_time=stamp(since), rights=rights)


def family_of(elder: str, *rights: str, days: int = 0) -> Role:
    """The longer the tie, the earlier the call."""
    return role(RoleKind.ROLE_KIND_FAMILY, elder, *rights, since=LONG_AGO + timedelta(days=days))


def tell_person(db: TestDatabase, person: str, *roles: Role, version: int = 1, language: str = "en") -> None:
    told = Person(name=person, region=PLUM_GARDEN, roles=roles, language=language, version=version)
    db.deliver(HANDLERS, PersonChanged(person=told), aggregate=person)


def tell_region(db: TestDatabase, region: str = CITY, zone: str = "Asia/Shanghai") -> None:
    told = Region(name=region, display_name="Demo City", time_zone=zone, version=1)
    db.deliver(HANDLERS, RegionChanged(region=told), aggregate=region)


def phone_of(person: str, *channels: Channel, quiet: str = "") -> list[ContactPoint]:
    wanted = channels or (Channel.VOICE, Channel.SMS, Channel.PUSH)
    values = {Channel.PUSH: f"push-{person[-4:]}", Channel.EMAIL: f"x{person[-4:]}@example.org"}
    return [
        ContactPoint(channel=channel, value=values.get(channel, PHONES[person]), rank=rank, quiet_hours=quiet)
        for rank, channel in enumerate(wanted)
    ]


def put_contact(
    db: TestDatabase, seals: Seals, person: str, points: Sequence[ContactPoint] | None = None, language: str = "en"
) -> None:
    given = AddresseeInput(
        person=person,
        display_name=NAMES[person],
        language=language,
        points=phone_of(person) if points is None else points,
    )
    with db.work() as work:
        put_addressee(work, seals, given)


def put_desk(db: TestDatabase, seals: Seals, region: str = LAKE, value: str = DESK_PHONE) -> None:
    points = [ContactPoint(channel=channel, value=value) for channel in (Channel.VOICE, Channel.SMS)]
    with db.work() as work:
        put_duty_desk(work, seals, region, "en", points)


def opened(now: datetime, *, urgency: str = "urgent", person: str = GRANNY_WEN, **more: object) -> order.IncidentOpened:
    return order.IncidentOpened(
        incident=INCIDENT,
        number="I-0427",
        alarm=ALARM,
        alarm_kind="sos_press",
        person=person,
        region=PLUM_GARDEN,
        urgency=urgency,
        responsible=PLUM_GARDEN,
        deadline_time=stamp(now + timedelta(minutes=1)),
        alarm_receive_time=stamp(now),
        **more,  # type: ignore[arg-type]
    )
