"""A made-up community: people, a watch, items, vouchers, contact points. Safe to run again."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from google.protobuf.timestamp_pb2 import Timestamp
from google.type.latlng_pb2 import LatLng

from chassis.clock import wall_now
from chassis.rpc.client import Refused
from eldercare.device.v1.device_pb2 import Device
from eldercare.device.v1.device_service_pb2 import AssignDeviceRequest, RegisterDeviceRequest
from eldercare.notify.v1.message_pb2 import CHANNEL_PUSH, CHANNEL_SMS, CHANNEL_VOICE, Addressee, ContactPoint, DutyDesk
from eldercare.notify.v1.notify_service_pb2 import PutAddresseeRequest, PutDutyDeskRequest
from eldercare.order.v1.order_pb2 import Amount, Item, Position
from eldercare.order.v1.order_service_pb2 import GoOnDutyRequest, PutItemRequest
from eldercare.payment.v1.payment_pb2 import Amount as Money
from eldercare.payment.v1.payment_pb2 import VoucherLot
from eldercare.payment.v1.payment_service_pb2 import GrantVoucherLotRequest, PutPayerRequest
from eldercare.people.v1.person_pb2 import Certificate, Identifiers, Person, Provider, Region, Role, RoleKind
from eldercare.people.v1.person_service_pb2 import (
    GetPersonRequest,
    PutProviderRequest,
    PutRegionRequest,
    RegisterPersonRequest,
    SetPasswordRequest,
)
from suite import cast
from suite.box.state import BoxState
from suite.cast import Member
from suite.crowd import known
from suite.phone import Phone, as_person, as_suite, new_request
from suite.waiting import until

ITEMS = (
    Item(
        name="items/urgent-visit",
        service_class="emergency",
        price_per_minute=Amount(minor=800, asset="CNY"),
        price_cap=Amount(minor=cast.PRICE_CAP_FEN, asset="CNY"),
        planned_minutes=30,
    ),
    Item(
        name="items/cleaning",
        service_class="cleaning",
        price_per_minute=Amount(minor=80, asset="CNY"),
        price_cap=Amount(minor=12_000, asset="CNY"),
        planned_minutes=90,
    ),
    Item(
        name="items/meal",
        service_class="meals",
        price_per_minute=Amount(minor=100, asset="CNY"),
        price_cap=Amount(minor=3_000, asset="CNY"),
        planned_minutes=20,
    ),
)
VOUCHER_FEN = 500


def seed(box: BoxState, *, progress: Callable[[str], None] = print) -> None:
    """Registers the cast and all the story needs; what is there already stays."""
    suite = as_suite(box.rpc, Path(box.keys))
    _people(suite)
    desk = as_person(box.rpc, cast.OPERATOR.login, cast.PASSWORD)
    _catalogue(desk)
    _watch(desk)
    _contacts(desk)
    _money(desk)
    for worker in (cast.NEAR_WORKER, cast.FAR_WORKER):
        go_on_duty(as_person(box.rpc, worker.login, cast.PASSWORD), worker, wall_now())
    progress("a made-up community is registered")


def go_on_duty(phone: Phone, worker: Member, now: datetime) -> None:
    """Waits until order has heard of the worker, then reports them on duty where they stand."""
    lat, lon = worker.at
    place = Position(lat=lat, lon=lon, accuracy_m=10, fix_time=_stamp(now))

    def on_duty() -> bool:
        try:
            return phone.duties.GoOnDuty(GoOnDutyRequest(request_id=new_request(), position=place)).on_duty
        except Refused:
            return False

    until(on_duty, f"{worker.login} is on duty")


def _once(what: str) -> str:
    """The same request_id for the same seed step: a second seeding repeats the first answer."""
    return str(uuid5(NAMESPACE_URL, f"seed:{what}"))


def _stamp(time: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(time)
    return stamp


def _people(suite: Phone) -> None:
    for region in (cast.CITY, cast.REGION):
        row = Region(name=region, display_name=region.rpartition("/")[2].title(), time_zone="Asia/Shanghai")
        suite.people.PutRegion(PutRegionRequest(request_id=_once(region), region=row))
    provider = Provider(
        name=cast.PROVIDER,
        region=cast.CITY,
        display_name="Plum Care (made up)",
        service_classes=["emergency", "cleaning"],
    )
    suite.people.PutProvider(PutProviderRequest(request_id=_once("provider"), provider=provider))
    for member in cast.CAST:
        _register(suite, member)


def _register(suite: Phone, member: Member) -> None:
    roles = [Role(kind=RoleKind.Value(f"ROLE_KIND_{kind}"), object=thing) for kind, thing in member.roles]
    for role in roles:
        if role.kind == RoleKind.ROLE_KIND_FAMILY:
            role.rights.extend(["pay", "confirm"])
    expire = _stamp(wall_now() + timedelta(days=700))
    expire.nanos, expire.seconds = 0, expire.seconds // 86_400 * 86_400
    person = Person(
        name=member.name,
        region=cast.REGION,
        roles=roles,
        certificates=[Certificate(kind=kind, expire_time=expire) for kind in member.certificates],
        skills=member.skills,
        language=member.language,
    )
    identifiers = Identifiers(display_name=member.display_name, phone=member.phone, address="1 Plum Garden (made up)")
    request = RegisterPersonRequest(
        request_id=_once(f"person {member.login}"),
        person=person,
        identifiers=identifiers,
        home=LatLng(latitude=cast.HOME[0], longitude=cast.HOME[1]),
    )
    if not _known(suite, member):
        suite.people.RegisterPerson(request)
    secret = SetPasswordRequest(
        request_id=_once(f"password {member.login}"), name=member.name, login=member.login, password=cast.PASSWORD
    )
    suite.sessions.SetPassword(secret)


def _known(suite: Phone, member: Member) -> bool:
    try:
        suite.people.GetPerson(GetPersonRequest(name=member.name))
    except Refused:
        return False
    return True


def _catalogue(desk: Phone) -> None:
    for item in ITEMS:
        desk.catalogue.PutItem(PutItemRequest(request_id=_once(item.name), item=item))


def _watch(desk: Phone) -> None:
    device = Device(
        name=cast.WATCH,
        adapter="watch",
        identity=cast.WATCH_IDENTITY,
        vendor="made-up",
        model="W1",
        region=cast.REGION,
    )
    desk.devices.RegisterDevice(RegisterDeviceRequest(request_id=_once("watch"), device=device))
    request = AssignDeviceRequest(request_id=_once("assign"), name=cast.WATCH, person=cast.ELDER.name)
    until(lambda: known(lambda: desk.devices.AssignDevice(request)), "device knows the elder")


def _contacts(desk: Phone) -> None:
    points = DutyDesk(
        region=cast.CITY,
        contact_points=[ContactPoint(channel=CHANNEL_VOICE, value=cast.OPERATOR.phone, rank=1)],
    )
    desk.notify.PutDutyDesk(PutDutyDeskRequest(request_id=_once("desk"), desk=points))
    for member in cast.CAST:
        addressee = Addressee(
            person=member.name,
            display_name=member.display_name,
            language=member.language,
            region=cast.REGION,
            contact_points=[
                ContactPoint(channel=CHANNEL_VOICE, value=member.phone, rank=1),
                ContactPoint(channel=CHANNEL_SMS, value=member.phone, rank=2),
                ContactPoint(channel=CHANNEL_PUSH, value=f"push-{member.login}", rank=3),
            ],
        )
        request = PutAddresseeRequest(request_id=_once(f"addressee {member.login}"), addressee=addressee)
        _put(desk, request)


def _put(desk: Phone, request: PutAddresseeRequest) -> None:
    until(lambda: known(lambda: desk.notify.PutAddressee(request)), "notify knows the person")


def give_voucher(desk: Phone, now: datetime, person: str = cast.ELDER.name) -> None:
    """One lot of vouchers for this month, so that a story is paid partly by vouchers and partly by card."""
    lot = VoucherLot(
        person=person,
        month=now.strftime("%Y-%m"),
        expire_time=_stamp(now + timedelta(days=31)),
        granted=Money(minor=VOUCHER_FEN, asset="CNY"),
        payer_region=cast.CITY,
    )
    desk.payment.GrantVoucherLot(GrantVoucherLotRequest(request_id=new_request(), lot=lot))


def _money(desk: Phone) -> None:
    payer = PutPayerRequest(request_id=_once("payer"), person=cast.ELDER.name, processor_token="tok_ok")  # noqa: S106
    until(lambda: known(lambda: desk.payment.PutPayer(payer)), "payment knows the elder")
