"""What each service knows of two elders before the rows are played: told by facts, made by its own use cases."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from google.protobuf.timestamp_pb2 import Timestamp
from google.type.latlng_pb2 import LatLng

from chassis.cells import cell_of
from chassis.seal import Seals
from chassis.subscriber import Handlers
from chassis.work import Work
from device_service import handlers as device_handlers
from device_service.device.use_cases import NewDevice, assign_device, register_device
from device_service.export.store import Export, add_export
from eldercare.order.v1 import events_pb2 as order_facts
from eldercare.people.v1.events_pb2 import PersonChanged
from eldercare.people.v1.person_pb2 import Person, Role, RoleKind
from notify_service import handlers as notify_handlers
from payment_service import handlers as payment_handlers
from people_service.api_key.domain import drawn_secret
from people_service.api_key.use_cases import issue
from people_service.entrypoints import translate
from people_service.provider.domain import Provider
from people_service.provider.use_cases import put_provider
from people_service.reach import EVERYWHERE
from services.device.tests.cast import ADAPTERS, Wire, press
from services.order.tests.cast import HOME, Worker
from services.order.tests.duty_room import DutyRoom
from services.people.tests.cast import TREE, put_plum_care, put_tree, register
from services.people.tests.house import registering
from suite.simulated_watch import SimulatedWatch
from suite.testing import TestDatabase
from tests.access.cast import (
    CITY,
    COURT,
    DAUGHTER,
    ELDER,
    FORMER_DAUGHTER,
    FORMER_NURSE,
    GARDEN,
    HILL,
    HILL_CARE,
    LAKE,
    LAKE_CARE,
    NURSE,
    OPERATOR,
    OTHER_ELDER,
    OTHER_NURSE,
    PROVIDER,
    SCOPES,
    STRANGER,
    SUPERVISOR,
    Things,
)

World = Callable[[TestDatabase, Seals], tuple[Things, Things]]
_BEGAN, _ENDED = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 2, 1, tzinfo=UTC)
OWN, OTHER = "00000000-0000-7000-8000-0000000000b1", "00000000-0000-7000-8000-0000000000b2"


def _stamp(moment: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp


def _role(kind: str, of: str = "", *, ended: bool = False) -> Role:
    rights = ["confirm"] if kind == "FAMILY" else []
    role = Role(kind=RoleKind.Value(f"ROLE_KIND_{kind}"), object=of, start_time=_stamp(_BEGAN), rights=rights)
    if ended:
        role.end_time.CopyFrom(_stamp(_ENDED))
    return role


def persons() -> list[Person]:
    """Everybody, as people tells of them."""
    told = [
        (ELDER, GARDEN, _role("ELDER")),
        (OTHER_ELDER, COURT, _role("ELDER")),
        (DAUGHTER, GARDEN, _role("FAMILY", ELDER)),
        (FORMER_DAUGHTER, GARDEN, _role("FAMILY", ELDER, ended=True)),
        (NURSE, GARDEN, _role("WORKER", PROVIDER)),
        (FORMER_NURSE, GARDEN, _role("WORKER", PROVIDER, ended=True)),
        (OTHER_NURSE, COURT, _role("WORKER", PROVIDER)),
        (OPERATOR, LAKE, _role("OPERATOR", LAKE)),
        (SUPERVISOR, LAKE, _role("SUPERVISOR", LAKE)),
        (STRANGER, GARDEN, None),
    ]
    cell = cell_of(*HOME)
    return [
        Person(name=name, region=region, home_cell=cell, version=2, roles=[role] if role else [])
        for name, region, role in told
    ]


def _tell(db: TestDatabase, handlers: Handlers) -> None:
    for person in persons():
        db.deliver(handlers, PersonChanged(person=person), aggregate=person.name)


def people(db: TestDatabase, seals: Seals) -> tuple[Things, Things]:
    home = LatLng(latitude=HOME[0], longitude=HOME[1])
    with db.work() as work:
        put_tree(work, *TREE, f"{HILL}/pine-street", COURT)
        put_plum_care(work, CITY)
        for person in persons():
            asked = registering(person.name, *person.roles, region=person.region, home=home)
            register(work, seals, translate.registration(asked, work.now))
        own, other = _keyed(work, LAKE_CARE, LAKE), _keyed(work, HILL_CARE, HILL)
    return (
        Things(person=ELDER, region=LAKE, provider=LAKE_CARE, api_key=own),
        Things(person=OTHER_ELDER, region=HILL, provider=HILL_CARE, api_key=other),
    )


def _keyed(work: Work, provider: str, region: str) -> str:
    """A provider whose system holds a key."""
    told = Provider.founded(name=provider, region=region, display_name="Made-Up Care", service_classes=())
    put_provider(work, told, EVERYWHERE)
    name = f"{provider}/apiKeys/{provider[10:]}"
    issue(work, name, drawn_secret(name), provider=provider, scopes=SCOPES, life=timedelta(days=1))
    return name


def device(db: TestDatabase, seals: Seals) -> tuple[Things, Things]:
    _tell(db, device_handlers.HANDLERS)
    return _worn(db, seals, ELDER, LAKE, "7031234567"), _worn(db, seals, OTHER_ELDER, HILL, "7031234568")


def _worn(db: TestDatabase, seals: Seals, person: str, region: str, number: str) -> Things:
    """A watch on a wrist, whose key was pressed."""
    new = NewDevice(adapter="watch", identity=number, vendor="made-up", model="M", region=region, options={})
    with db.work() as work:
        name = register_device(work, new, ADAPTERS).name
        assign_device(work, name, person=person, place="")
    watch = SimulatedWatch(number=number)
    wire = Wire(db=db, seals=seals)
    wire.say(press(watch, db.now()))
    (alarm,) = db.rows("SELECT name FROM alarms WHERE person = %s", person)
    return Things(person=person, region=region, device=name, alarm=alarm["name"], export=_export(db, person, region))


def _export(db: TestDatabase, person: str, region: str) -> str:
    """Of the elder, begun by the region's desk."""
    name = f"exports/{uuid4()}"
    with db.work() as work:
        told = {"name": name, "subject": person, "vendor": "", "person": person, "region": region, "selection": {}}
        add_export(work, Export(until_time=work.now, create_time=work.now, **told))  # type: ignore[arg-type]
    return name


def notify(db: TestDatabase, _seals: Seals) -> tuple[Things, Things]:
    _tell(db, notify_handlers.HANDLERS)
    _called(db, OWN, ELDER, GARDEN, NURSE, FORMER_NURSE)
    _called(db, OTHER, OTHER_ELDER, COURT, OTHER_NURSE)
    return (
        Things(person=ELDER, region=LAKE, incident=f"incidents/{OWN}"),
        Things(person=OTHER_ELDER, region=HILL, incident=f"incidents/{OTHER}"),
    )


def _called(db: TestDatabase, uuid: str, person: str, region: str, *asked: str) -> None:
    """An incident whose ladder runs and for whose order somebody is asked."""
    incident, order, now = f"incidents/{uuid}", f"orders/{uuid}", db.now()
    opened = order_facts.IncidentOpened(
        incident=incident,
        number="I-0427",
        alarm=f"alarms/{uuid}",
        alarm_kind="sos_press",
        person=person,
        region=region,
        urgency="urgent",
        responsible=region,
        deadline_time=_stamp(now + timedelta(minutes=1)),
        alarm_receive_time=_stamp(now),
    )
    offered = order_facts.OrderOffered(order=order, incident=incident, workers=asked)
    for fact, aggregate in ((opened, incident), (offered, order)):
        db.deliver(notify_handlers.HANDLERS, fact, aggregate=aggregate, correlation=uuid, region=region, person=person)


def order(db: TestDatabase, _seals: Seals) -> tuple[Things, Things]:
    room = DutyRoom(db)
    room.provider("emergency", "cleaning", "meals", region=LAKE, name=PROVIDER)
    for person in persons():
        if person.name != FORMER_NURSE:
            room.tell(PersonChanged(person=person), aggregate=person.name)
    room.person(FORMER_NURSE, ("WORKER", PROVIDER))
    room.on_duty(Worker(name=NURSE, metres=100), Worker(name=FORMER_NURSE, metres=200), provider=PROVIDER)
    own, other = _pressed(room, ELDER, GARDEN, LAKE), _pressed(room, OTHER_ELDER, COURT, HILL)
    (former,) = (person for person in persons() if person.name == FORMER_NURSE)
    room.tell(PersonChanged(person=former), aggregate=former.name)
    db.connection.execute(
        """INSERT INTO offers ("order", worker, provider, state, round, ring) VALUES (%s, %s, %s, 'offered', 1, 1)""",
        [own.order, PROVIDER, PROVIDER],
    )
    return own, other


def _pressed(room: DutyRoom, person: str, region: str, scope: str) -> Things:
    """An incident whose order was offered to whom the rings found, and a low battery."""
    incident = room.press(person=person, region=region)
    room.search()
    name = room.order_of(incident)
    return Things(
        person=person,
        region=scope,
        incident=incident,
        order=name,
        number=str(room.order(name)["number"]),
        task=room.press("low_power", person=person, region=region, device=f"devices/{name[7:]}"),
    )


def payment(db: TestDatabase, _seals: Seals) -> tuple[Things, Things]:
    _tell(db, payment_handlers.HANDLERS)
    return _accepted(db, OWN, ELDER, GARDEN, LAKE), _accepted(db, OTHER, OTHER_ELDER, COURT, HILL)


def _accepted(db: TestDatabase, uuid: str, person: str, region: str, scope: str) -> Things:
    cap = {"minor": 10_000, "asset": "CNY"}
    fact = order_facts.OrderAccepted(
        order=f"orders/{uuid}",
        incident=f"incidents/{uuid}",
        person=person,
        worker=NURSE,
        provider=PROVIDER,
        service_class="emergency",
        price_cap=cap,  # type: ignore[arg-type]
        urgent=True,
        payer_region=scope,
    )
    db.deliver(payment_handlers.HANDLERS, fact, aggregate=f"orders/{uuid}", correlation=uuid, region=region)
    return Things(person=person, region=scope, settlement=f"settlements/{uuid}")


# What every core answers for is played against one of them.
HOSTS: Mapping[str, str] = {"export": "device", "operation": "people"}
WORLDS: Mapping[str, World] = {
    "people": people,
    "device": device,
    "notify": notify,
    "order": order,
    "payment": payment,
}
