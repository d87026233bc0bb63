"""Households far from each other, each with a worker of its own beside it: stories that do not wait for one another."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from google.protobuf.timestamp_pb2 import Timestamp
from google.type.latlng_pb2 import LatLng

from bench.house import House
from chassis.clock import wall_now
from chassis.identity import Identity
from eldercare.order.v1.order_pb2 import Position
from eldercare.payment.v1.payment_service_pb2 import PutPayerRequest
from eldercare.people.v1.person_pb2 import Identifiers, Person, Role, RoleKind
from eldercare.people.v1.person_service_pb2 import RegisterPersonRequest
from suite import cast
from suite.crowd import HANDS, Household, households, known, settle_in
from suite.phone import Phone, new_request
from suite.seed import go_on_duty
from suite.waiting import until

SEED = 8
# Degrees: about ten kilometres, twice the widest ring.
APART = 0.1
A_ROW = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One household and its worker; each speaks to the suite with a session of their own."""

    home: Household
    worker: cast.Member
    family_phone: Phone
    worker_phone: Phone

    def here(self) -> Position:
        stamp = Timestamp()
        stamp.FromDatetime(wall_now())
        return Position(lat=self.home.lat, lon=self.home.lon, accuracy_m=8, fix_time=stamp)

    def close(self) -> None:
        self.family_phone.close()
        self.worker_phone.close()


def open_lanes(house: House, count: int) -> list[Lane]:
    """Registers them all; every worker is on duty, every elder can pay."""
    homes = [_moved(number, home) for number, home in enumerate(households(count, SEED))]
    settle_in(house.suite(), house.desk(), homes)
    lanes = [_lane(house, number, home) for number, home in enumerate(homes)]
    suite, desk = house.suite(), house.desk()
    with ThreadPoolExecutor(HANDS) as pool:
        list(pool.map(lambda lane: suite.people.RegisterPerson(_worker(lane)), lanes))
        list(pool.map(lambda lane: _can_pay(desk, lane), lanes))
    report_for_duty(lanes)
    return lanes


def report_for_duty(lanes: Sequence[Lane]) -> None:
    with ThreadPoolExecutor(HANDS) as pool:
        list(pool.map(lambda lane: go_on_duty(lane.worker_phone, lane.worker, wall_now()), lanes))


def _moved(number: int, home: Household) -> Household:
    north, east = divmod(number, A_ROW)
    return replace(home, lat=cast.HOME[0] + (north + 1) * APART, lon=cast.HOME[1] + (east + 1) * APART)


def _lane(house: House, number: int, home: Household) -> Lane:
    worker = cast.Member(
        login=f"lane-{number}-worker",
        display_name="made up",
        phone=f"+8600099{number:06d}",
        roles=(("WORKER", cast.PROVIDER),),
        at=(home.lat, home.lon),
    )
    keys = Path(house.state.keys)
    people = Identity.load("people", keys / "people.key", keys / "trusted.json")
    return Lane(
        home=home,
        worker=worker,
        family_phone=Phone(house.state.rpc, _token(people, home.family, f"family@{home.elder}")),
        worker_phone=Phone(house.state.rpc, _token(people, worker.name, f"worker@{cast.PROVIDER}")),
    )


def _token(people: Identity, person: str, role: str) -> Callable[[], str]:
    """As signing in would give it, without a password's cost for each of many."""
    token = people.vouch(person, [role])
    return lambda: token


def _worker(lane: Lane) -> RegisterPersonRequest:
    role = Role(kind=RoleKind.ROLE_KIND_WORKER, object=cast.PROVIDER)
    person = Person(name=lane.worker.name, region=cast.REGION, roles=[role], language="zh-CN")
    return RegisterPersonRequest(
        request_id=new_request(),
        person=person,
        identifiers=Identifiers(display_name=lane.worker.display_name, phone=lane.worker.phone),
        home=LatLng(latitude=lane.home.lat, longitude=lane.home.lon),
    )


def _can_pay(desk: Phone, lane: Lane) -> None:
    payer = PutPayerRequest(request_id=new_request(), person=lane.home.elder, processor_token="tok_ok")  # noqa: S106
    until(lambda: known(lambda: desk.payment.PutPayer(payer)), "payment knows the elder")
