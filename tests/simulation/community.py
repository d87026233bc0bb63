"""Made-up people: an elder with a family and vouchers, one who has nobody, three of a village, a desk."""

from collections.abc import Mapping
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

from google.protobuf.message import Message

from chassis.cells import cell_of
from chassis.context import Caller, Context
from chassis.ids import uuid7
from chassis.work import Envelope, Work
from device_service.device.domain import Device
from device_service.device.store import add_device
from device_service.frame.domain import RepeatWindow
from device_service.frame.speaking import Speaking
from eldercare.people.v1 import person_pb2
from eldercare.people.v1.events_pb2 import PersonChanged, ProviderChanged, RegionChanged
from notify_service.contact.domain import Channel, ContactPoint
from notify_service.contact.use_cases import AddresseeInput, put_addressee, put_duty_desk
from order_service.duty.use_cases import go_on_duty
from payment_service.ledger.domain.amount import Amount
from payment_service.payer.store import put as put_payer
from payment_service.voucher.use_cases import Grant, grant_lot
from tests.simulation.memory import Memory, Session
from tests.simulation.values import moment_of

CITY = "regions/demo-city"
LAKE = f"{CITY}/lake-district"
GARDEN = f"{LAKE}/plum-street/plum-garden"
HOME = (31.2304, 121.4737)
VILLAGE = (30.2304, 121.4737)  # too far from home for its workers


def _name(kind: str, number: int) -> str:
    return f"{kind}/00000000-0000-7000-8000-{number:012x}"


ELDER, LONER = _name("persons", 1), _name("persons", 2)
DAUGHTER, SON = _name("persons", 3), _name("persons", 4)
BO, CHEN, OPERATOR = _name("persons", 6), _name("persons", 7), _name("persons", 8)
WIDOW, NEPHEW, DING = _name("persons", 9), _name("persons", 0x10), _name("persons", 0x11)
PROVIDER = _name("providers", 1)
FAMILY = {ELDER: (DAUGHTER, SON), LONER: (DAUGHTER, SON), WIDOW: (NEPHEW,)}  # nobody of them is the loner's
WORKERS, ELDERS = (BO, CHEN, DING), (ELDER, LONER, WIDOW)
_HOMES = {WIDOW: VILLAGE, DING: VILLAGE}
_BY_VOICE = (NEPHEW, *WORKERS)
_ROLES: Mapping[str, tuple[tuple[str, str, tuple[str, ...]], ...]] = {
    ELDER: (("ELDER", "", ()),),
    LONER: (("ELDER", "", ()),),
    DAUGHTER: (("FAMILY", ELDER, ("pay", "confirm")),),
    SON: (("FAMILY", ELDER, ()),),
    WIDOW: (("ELDER", "", ()),),
    NEPHEW: (("FAMILY", WIDOW, ()),),
    BO: (("WORKER", PROVIDER, ()),),
    CHEN: (("WORKER", PROVIDER, ()),),
    DING: (("WORKER", PROVIDER, ()),),
    OPERATOR: (("OPERATOR", LAKE, ()),),
}


class _Calm:
    """While the community is told of, nothing goes wrong."""

    def between(self, session: Session, point: str) -> None: ...
    def within(self, session: Session) -> None: ...
    def committed(self, session: Session) -> None: ...


def _do(memory: Memory, act: Any, caller: str = "") -> Any:
    session: Any = Session(memory, _Calm(), "founding")
    work = Work(session, Context(actor="persons/founder"), caller=Caller(subject=caller) if caller else None)
    with session.transaction(), work:
        return act(work)


def found(memories: Mapping[str, Memory], handlers: Mapping[str, Any], seals: Any) -> None:
    """Everybody is known everywhere, has a telephone, and the workers are on duty."""
    for message, about in _facts():
        for service, memory in memories.items():
            handle = handlers[service].get(type(message))
            if handle is not None:
                _do(memory, partial(_tell, handle=handle, message=message, about=about))
    _do(memories["device"], _give_watches)
    _do(memories["notify"], lambda work: _telephones(work, seals))
    for number, worker in enumerate(WORKERS):
        lat, lon = home_of(worker)
        place = (lat + 0.003 * (number + 1), lon)
        _do(memories["order"], lambda work, who=worker, at=place: go_on_duty(work, who, lat=at[0], lon=at[1]))
    _do(memories["payment"], lambda work: _money(work, seals), caller=OPERATOR)
    for memory in memories.values():
        memory.db.execute("DELETE FROM outbox")
        memory.remember()


def _facts() -> list[tuple[Message, str]]:
    region = person_pb2.Region(name=CITY, display_name="Demo City", time_zone="Asia/Shanghai", version=1)
    provider = person_pb2.Provider(
        name=PROVIDER, region=GARDEN, display_name="made up", service_classes=["emergency"], version=1
    )
    told: list[tuple[Message, str]] = [(RegionChanged(region=region), CITY)]
    told.append((ProviderChanged(provider=provider), PROVIDER))
    for name, roles in _ROLES.items():
        person = person_pb2.Person(
            name=name,
            region=GARDEN,
            home_cell=cell_of(*home_of(name)),
            version=1,
            language="en",
            roles=[
                person_pb2.Role(kind=person_pb2.RoleKind.Value(f"ROLE_KIND_{kind}"), object=of, rights=rights)
                for kind, of, rights in roles
            ],
        )
        told.append((PersonChanged(person=person), name))
    return told


def _tell(work: Work, handle: Any, message: Message, about: str) -> None:
    work.event = Envelope(
        id=uuid7(),
        type=message.DESCRIPTOR.full_name,
        source="//eldercare/people",
        aggregate=about,
        sequence=1,
        time=work.now,
        context=work.context,
    )
    handle(work, message)


def _give_watches(work: Work) -> None:
    for elder in ELDERS:
        watch = Device(
            name=watch_of(elder), adapter="watch", identity=elder[-4:], vendor="v", model="m", region=LAKE, options={}
        )
        add_device(work, watch)


def home_of(person: str) -> tuple[float, float]:
    return _HOMES.get(person, HOME)


def watch_of(elder: str) -> str:
    return elder.replace("persons/", "devices/")


def speaking(elder: str, now: int) -> Speaking:
    """The watch of an elder, as ingress knows it when a frame comes."""
    name = watch_of(elder)
    return Speaking(
        name=name,
        id=UUID(name.partition("/")[2]),
        person=elder,
        place="",
        region=GARDEN,
        cell=cell_of(*home_of(elder)),
        options={},
        held_since=moment_of(now),
        recent=RepeatWindow(),
        battery_percent=80,
        position=None,
        position_cell="",
        position_time=None,
    )


def _telephones(work: Work, seals: Any) -> None:
    for person in (DAUGHTER, SON, *_BY_VOICE):
        number = f"+86000000{person[-4:]}"
        points = [
            ContactPoint(channel=channel, value=number, rank=rank)
            for rank, channel in enumerate((Channel.VOICE,) if person in _BY_VOICE else (Channel.VOICE, Channel.SMS))
        ]
        given = AddresseeInput(person=person, display_name=f"{person[-4:]} (made-up)", language="en", points=points)
        put_addressee(work, seals, given)
    put_duty_desk(work, seals, LAKE, "en", [ContactPoint(channel=Channel.VOICE, value="+860000000999")])


def _money(work: Work, seals: Any) -> None:
    for elder in ELDERS:
        put_payer(work, seals, person=elder, processor="sandbox", token="tok_made_up", put_by=elder)
    work.caller = Caller(subject=OPERATOR, roles=(f"operator@{LAKE}",))
    for number, (fen, days) in enumerate(((900, 20), (2_500, 25))):
        asked = Grant(
            key=f"{number}",
            person=ELDER,
            month=work.now.strftime("%Y-%m"),
            scope=("emergency",),
            expire_time=work.now + timedelta(days=days),
            granted=Amount(minor=fen, asset="CNY"),
            payer_region=LAKE,
        )
        grant_lot(work, asked, default_zone="Asia/Shanghai")
