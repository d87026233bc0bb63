"""A made-up community of any size: the same seed, the same people, devices and places."""

import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from uuid import NAMESPACE_URL, uuid5

from google.type.latlng_pb2 import LatLng

from chassis.rpc.client import Refused
from eldercare.device.v1.device_pb2 import Device
from eldercare.device.v1.device_service_pb2 import AssignDeviceRequest, RegisterDeviceRequest
from eldercare.notify.v1.message_pb2 import CHANNEL_SMS, Addressee, ContactPoint
from eldercare.notify.v1.notify_service_pb2 import PutAddresseeRequest
from eldercare.people.v1.person_pb2 import Identifiers, Person, Role, RoleKind
from eldercare.people.v1.person_service_pb2 import RegisterPersonRequest
from suite import cast
from suite.phone import Phone
from suite.waiting import until

HANDS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Household:
    """A made-up elder with a watch and one family member with a phone."""

    elder: str
    family: str
    device: str
    identity: str
    phone: str
    lat: float
    lon: float


def households(count: int, seed: int) -> list[Household]:
    """`count` households around the demo community; pure."""
    draw = random.Random(seed)
    return [_household(seed, number, draw.gauss(0, 0.001), draw.gauss(0, 0.001)) for number in range(count)]


def _household(seed: int, number: int, north: float, east: float) -> Household:
    who = f"crowd-{seed}-{number}"
    return Household(
        elder=cast.name_of("persons", f"{who}-elder"),
        family=cast.name_of("persons", f"{who}-family"),
        device=cast.name_of("devices", who),
        identity=f"2{seed % 1000:03d}{number:06d}",
        phone=f"+860{seed % 1000:03d}{number:08d}",
        lat=round(cast.HOME[0] + north, 6),
        lon=round(cast.HOME[1] + east, 6),
    )


def settle_in(suite: Phone, desk: Phone, homes: Sequence[Household]) -> None:
    """Registers the households; those that are there already stay."""
    with ThreadPoolExecutor(HANDS) as pool:
        list(pool.map(lambda home: _register(suite, home), homes))
        list(pool.map(lambda home: _equip(desk, home), homes))


def _register(suite: Phone, home: Household) -> None:
    roles = {
        home.elder: Role(kind=RoleKind.ROLE_KIND_ELDER),
        home.family: Role(kind=RoleKind.ROLE_KIND_FAMILY, object=home.elder, rights=["confirm"]),
    }
    for name, role in roles.items():
        person = Person(name=name, region=cast.REGION, roles=[role], language="zh-CN")
        request = RegisterPersonRequest(
            request_id=_once(f"register {name}"),
            person=person,
            identifiers=Identifiers(display_name="made up", phone=home.phone if name == home.family else ""),
            home=LatLng(latitude=home.lat, longitude=home.lon),
        )
        suite.people.RegisterPerson(request)


def _equip(desk: Phone, home: Household) -> None:
    device = Device(
        name=home.device, adapter="watch", identity=home.identity, vendor="made-up", model="W1", region=cast.REGION
    )
    desk.devices.RegisterDevice(RegisterDeviceRequest(request_id=_once(f"device {home.device}"), device=device))
    assign = AssignDeviceRequest(request_id=_once(f"assign {home.device}"), name=home.device, person=home.elder)
    until(lambda: known(lambda: desk.devices.AssignDevice(assign)), "device knows the elder")
    addressee = Addressee(
        person=home.family,
        display_name="made up",
        language="zh-CN",
        region=cast.REGION,
        contact_points=[ContactPoint(channel=CHANNEL_SMS, value=home.phone, rank=1)],
    )
    put = PutAddresseeRequest(request_id=_once(f"addressee {home.family}"), addressee=addressee)
    until(lambda: known(lambda: desk.notify.PutAddressee(put)), "notify knows the family")


def _once(what: str) -> str:
    return str(uuid5(NAMESPACE_URL, f"crowd:{what}"))


def known(call: Callable[[], object]) -> bool:
    """False while the called service has not heard of the person yet."""
    try:
        call()
    except Refused as refusal:
        if refusal.reason in {"NOT_FOUND", "PERSON_UNKNOWN", "UNREACHABLE", "DATABASE_UNAVAILABLE"}:
            return False
        raise
    return True
