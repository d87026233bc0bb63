"""The registry as operators, families and other services meet it: signed, checked, named when refused."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from chassis.rpc.client import Refused
from chassis.seal import Seals
from chassis.work import Caller
from device_service.device.use_cases import PersonUnknown, assign_device
from eldercare.device.v1.device_pb2 import Device
from eldercare.device.v1.device_service_pb2 import (
    AssignDeviceRequest,
    GetAlarmRequest,
    GetDeviceRequest,
    ListDevicesRequest,
    ListObservationsRequest,
    ListUnknownDevicesRequest,
    RegisterDeviceRequest,
    ReleaseDeviceRequest,
)
from eldercare.device.v1.device_service_pb2_grpc import DeviceServiceStub
from eldercare.device.v1.events_pb2 import DeviceAssigned
from services.device.tests.cast import (
    CITY,
    DAUGHTER_WEN,
    DISTRICT,
    GRANNY_WEN,
    HILL,
    PARK,
    PLUM_GARDEN,
    UNCLE_BAI,
    Wire,
    introduce,
    press,
)
from suite.simulated_watch import SimulatedWatch
from suite.testing import RpcFactory, RunningRpc, TestDatabase

OPERATOR = Caller(subject="persons/00000000-0000-7000-8000-0000000000aa", roles=(f"operator@{DISTRICT}",))
CITY_OPERATOR = Caller(subject="persons/00000000-0000-7000-8000-0000000000ac", roles=(f"operator@{CITY}",))
HILL_OPERATOR = Caller(subject="persons/00000000-0000-7000-8000-0000000000ab", roles=(f"operator@{HILL}",))
DAUGHTER = Caller(subject=DAUGHTER_WEN, roles=(f"family@{GRANNY_WEN}",), purpose="care")
GRANNY = Caller(subject=GRANNY_WEN, roles=("elder",), purpose="care")
UNCLE = Caller(subject=UNCLE_BAI, roles=("elder",), purpose="care")
ORDER = Caller(subject="services/order", purpose="dispatch")

As = Callable[[Caller], DeviceServiceStub]


@pytest.fixture
def running(rpc: RpcFactory, db: TestDatabase) -> RunningRpc:
    return rpc("device", db=db)


@pytest.fixture
def seals(running: RunningRpc) -> Seals:
    """The keys of the running service."""
    return running.core.deps.seals


@pytest.fixture
def calling(running: RunningRpc) -> As:
    return lambda caller: DeviceServiceStub(running.channel_as(caller))


def registering(**told: object) -> RegisterDeviceRequest:
    known: dict[str, object] = {"adapter": "watch", "identity": "7031234567", "region": DISTRICT, **told}
    return RegisterDeviceRequest(request_id=str(uuid4()), device=Device(**known))  # type: ignore[arg-type]


def assigning(name: str, person: str = "", place: str = "") -> AssignDeviceRequest:
    return AssignDeviceRequest(request_id=str(uuid4()), name=name, person=person, place=place)


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.reason


def test_an_operator_registers_a_watch_and_gives_it_to_granny(db: TestDatabase, calling: As) -> None:
    introduce(db, GRANNY_WEN)
    desk = calling(OPERATOR)
    device = desk.RegisterDevice(registering(vendor="Made-Up Watches", options={"bit_22": "vital_out_of_range"}))
    given = desk.AssignDevice(assigning(device.name, GRANNY_WEN))
    assert (given.assignment.person, given.assignment.region) == (GRANNY_WEN, PLUM_GARDEN)
    assert dict(given.options) == {"bit_22": "vital_out_of_range"}
    ((envelope, fact),) = db.events(DeviceAssigned)
    assert isinstance(fact, DeviceAssigned)
    assert (fact.person, envelope.region, envelope.actor) == (GRANNY_WEN, PLUM_GARDEN, OPERATOR.subject)


def test_whose_it_was_and_when_is_kept_for_ever(db: TestDatabase, calling: As) -> None:
    for person in (GRANNY_WEN, UNCLE_BAI):
        introduce(db, person)
    desk = calling(OPERATOR)
    name = desk.RegisterDevice(registering()).name
    desk.AssignDevice(assigning(name, GRANNY_WEN))
    db.push_clock(days=1)
    desk.AssignDevice(assigning(name, UNCLE_BAI))
    db.push_clock(days=1)
    desk.ReleaseDevice(ReleaseDeviceRequest(request_id=str(uuid4()), name=name))
    rows = db.connection.execute("SELECT person, end_time - start_time AS held FROM assignments ORDER BY start_time")
    assert [(row["person"], row["held"].days) for row in rows] == [(GRANNY_WEN, 1), (UNCLE_BAI, 1)]


def test_a_caller_may_choose_the_name_and_the_first_answer_is_repeated(calling: As) -> None:
    desk = calling(OPERATOR)
    request = registering(name=f"devices/{uuid4()}")
    assert desk.RegisterDevice(request).name == request.device.name
    assert desk.RegisterDevice(request).name == request.device.name
    assert refusal(lambda: desk.RegisterDevice(registering())) == "DEVICE_ALREADY_REGISTERED"


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"adapter": "nokia"}, "ADAPTER_UNKNOWN"),
        ({"identity": "12"}, "INVALID_ARGUMENT"),
        ({"identity": "7031*34567"}, "INVALID_ARGUMENT"),
        ({"options": {"bit_22": "dance"}}, "OPTION_UNKNOWN"),
        ({"name": "devices/mine"}, "DEVICE_NAME_WRONG"),
        ({"region": HILL}, "NOT_YOUR_REGION"),
    ],
)
def test_what_cannot_be_registered_is_refused_by_name(calling: As, told: dict[str, object], reason: str) -> None:
    assert refusal(lambda: calling(OPERATOR).RegisterDevice(registering(**told))) == reason


def test_a_watch_is_given_to_a_known_person_of_its_region_or_a_place(db: TestDatabase, calling: As) -> None:
    introduce(db, GRANNY_WEN)
    introduce(db, UNCLE_BAI, region=HILL)
    desk = calling(OPERATOR)
    name = desk.RegisterDevice(registering()).name
    stranger = f"persons/{uuid4()}"
    assert refusal(lambda: desk.AssignDevice(assigning(name, stranger))) == "PERSON_UNKNOWN"
    city = calling(CITY_OPERATOR)
    assert refusal(lambda: city.AssignDevice(assigning(name, UNCLE_BAI))) == "HOLDER_OUT_OF_REGION"
    assert refusal(lambda: desk.AssignDevice(assigning(name))) == "HOLDER_UNCLEAR"
    assert refusal(lambda: desk.AssignDevice(assigning(name, GRANNY_WEN, "places/hall"))) == "HOLDER_UNCLEAR"
    assert desk.AssignDevice(assigning(name, place="places/hall")).assignment.place == "places/hall"
    again = ReleaseDeviceRequest(request_id=str(uuid4()), name=name)
    desk.ReleaseDevice(again)
    again.request_id = str(uuid4())
    assert refusal(lambda: desk.ReleaseDevice(again)) == "DEVICE_NOT_ASSIGNED"


def test_an_operator_gives_no_watch_to_people_of_another_operator_and_hears_nothing_of_them(
    db: TestDatabase, calling: As
) -> None:
    introduce(db, UNCLE_BAI, region=HILL)
    citywide = calling(CITY_OPERATOR).RegisterDevice(registering(region=CITY)).name
    name = calling(OPERATOR).RegisterDevice(registering(identity="8031234567")).name
    with db.work() as work:
        work.caller = OPERATOR
        with pytest.raises(PersonUnknown):
            assign_device(work, citywide, person=UNCLE_BAI, place="")
    assert refusal(lambda: calling(OPERATOR).AssignDevice(assigning(name, UNCLE_BAI))) == "PERSON_UNKNOWN"
    assert calling(CITY_OPERATOR).AssignDevice(assigning(citywide, UNCLE_BAI)).assignment.person == UNCLE_BAI


def test_only_the_wearer_the_family_and_their_operators_see_a_watch(db: TestDatabase, worn: str, calling: As) -> None:
    introduce(db, DAUGHTER_WEN, family_of=GRANNY_WEN)
    asked = GetDeviceRequest(name=worn)
    for caller in (OPERATOR, DAUGHTER, GRANNY):
        assert calling(caller).GetDevice(asked).assignment.person == GRANNY_WEN
    assert refusal(lambda: calling(ORDER).GetDevice(asked)) == "ROLE_MISSING", "order has no need of it"
    nobody = GetDeviceRequest(name=f"devices/{uuid4()}")
    for caller in (HILL_OPERATOR, UNCLE):
        assert refusal(lambda caller=caller: calling(caller).GetDevice(asked)) == "NOT_FOUND"  # type: ignore[misc]
        assert refusal(lambda caller=caller: calling(caller).GetDevice(nobody)) == "NOT_FOUND"  # type: ignore[misc]


def test_a_list_ends_at_the_border_of_the_region_and_goes_on_page_by_page(db: TestDatabase, calling: As) -> None:
    desk = calling(OPERATOR)
    names = {desk.RegisterDevice(registering(identity=f"703123456{n}", region=PLUM_GARDEN)).name for n in range(5)}
    calling(HILL_OPERATOR).RegisterDevice(registering(identity="9031234567", region=HILL))
    seen, token = list[str](), ""
    for _ in range(10):
        page = desk.ListDevices(ListDevicesRequest(region=DISTRICT, page_size=2, page_token=token))
        seen += [device.name for device in page.devices]
        token = page.next_page_token
        if not token:
            break
    assert sorted(seen) == sorted(names)
    assert refusal(lambda: desk.ListDevices(ListDevicesRequest(region=HILL))) == "NOT_YOUR_REGION"
    torn = ListDevicesRequest(region=DISTRICT, page_token="torn")
    assert refusal(lambda: desk.ListDevices(torn)) == "PAGE_TOKEN_UNREADABLE"


def test_operators_of_the_city_see_who_speaks_without_being_registered(
    calling: As, wire: Wire, watch: SimulatedWatch
) -> None:
    wire.say(watch.lk())
    (unknown,) = calling(CITY_OPERATOR).ListUnknownDevices(ListUnknownDevicesRequest()).devices
    assert (unknown.identity, unknown.frame_count) == (watch.number, 1)
    refused = refusal(lambda: calling(OPERATOR).ListUnknownDevices(ListUnknownDevicesRequest()))
    assert refused == "UNKNOWN_DEVICES_ARE_CITYWIDE"
    assert refusal(lambda: calling(GRANNY).ListUnknownDevices(ListUnknownDevicesRequest())) == "ROLE_MISSING"


def test_the_exact_place_of_an_alarm_is_told_for_a_purpose_and_the_reading_is_logged(
    db: TestDatabase, worn: str, calling: As, wire: Wire, watch: SimulatedWatch
) -> None:
    introduce(db, DAUGHTER_WEN, family_of=GRANNY_WEN)
    (stored,) = wire.say(press(watch, db.now()))
    asked = GetAlarmRequest(name=stored.alarms[0])
    for caller in (ORDER, DAUGHTER):
        alarm = calling(caller).GetAlarm(asked)
        assert (alarm.position.lat, alarm.position.lon, alarm.kind) == (PARK.lat, PARK.lon, "sos_press")
    reads = db.connection.execute("SELECT caller, object, purpose FROM reads ORDER BY id").fetchall()
    assert [tuple(row.values()) for row in reads] == [
        ("services/order", asked.name, "dispatch"),
        (DAUGHTER_WEN, asked.name, "care"),
    ]
    curious = Caller(subject=DAUGHTER_WEN, roles=DAUGHTER.roles)
    assert refusal(lambda: calling(curious).GetAlarm(asked)) == "PURPOSE_MISSING"
    assert refusal(lambda: calling(UNCLE).GetAlarm(asked)) == "NOT_FOUND"


def test_granny_reads_her_own_measurements_newest_first_and_nobody_elses(
    db: TestDatabase, worn: str, calling: As, wire: Wire, watch: SimulatedWatch
) -> None:
    introduce(db, UNCLE_BAI)
    wire.say(*[watch.heart(60 + beat) for beat in range(5)], watch.blood_pressure(130, 80, 70))
    seen, token = list[float](), ""
    for _ in range(10):
        page = calling(GRANNY).ListObservations(
            ListObservationsRequest(person=GRANNY_WEN, page_size=3, page_token=token)
        )
        seen += [part.value for read in page.observations for part in (read.components or [read])]
        token = page.next_page_token
        if not token:
            break
    assert seen == [70.0, 130.0, 80.0, 64.0, 63.0, 62.0, 61.0, 60.0]
    other = ListObservationsRequest(person=GRANNY_WEN)
    assert refusal(lambda: calling(UNCLE).ListObservations(other)) == "NOT_FOUND"
