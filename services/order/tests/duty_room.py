"""The order service as a care worker would drive it: its real database, timers and searches; no other service."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from redis import Redis

from chassis.cells import cell_of
from chassis.context import Context
from chassis.effects import Executor
from chassis.work import Work
from eldercare.device.v1.events_pb2 import AlarmRaised
from eldercare.people.v1 import person_pb2
from eldercare.people.v1.events_pb2 import PersonChanged, ProviderChanged
from order_service.dispatch.asking import RING_SEARCH
from order_service.dispatch.ring import RingSearch
from order_service.duty.live import LivePositions
from order_service.duty.use_cases import go_on_duty
from order_service.handlers import HANDLERS
from order_service.incident.domain.alarm import Alarm
from order_service.timers import TIMERS
from order_service.visit import use_cases
from order_service.visit.arrival import Spot, arrive_by_position
from order_service.visit.domain.proof import Fix
from services.order.tests.cast import ELDER, GARDEN, HOME, PROVIDER, WATCH, Worker
from suite.testing import TestDatabase

NOBODY_LISTENS = "redis://127.0.0.1:1"


class DutyRoom:
    def __init__(self, db: TestDatabase, redis_url: str = NOBODY_LISTENS) -> None:
        self.db = db
        self.live = LivePositions(Redis.from_url(redis_url, socket_timeout=0.5, decode_responses=True))
        self.effects: dict[str, Executor] = {RING_SEARCH: RingSearch(self.work, self.live, limit_m=5_000)}
        self._versions: dict[str, int] = {}

    def work(self, actor: str = "persons/test") -> AbstractContextManager[Work]:
        return self.db.work(context=Context(actor=actor))

    def tell(self, message: Message, *, aggregate: str, correlation: str = "") -> UUID:
        return self.db.deliver(HANDLERS, message, aggregate=aggregate, correlation=correlation)

    # who there is

    def person(
        self,
        name: str,
        *roles: tuple[str, str],
        region: str = GARDEN,
        skills: Sequence[str] = (),
        certificates: Mapping[str, datetime] | None = None,
        rights: Sequence[str] = ("confirm",),
    ) -> None:
        self._versions[name] = self._versions.get(name, 0) + 1
        person = person_pb2.Person(
            name=name,
            region=region,
            home_cell=cell_of(*HOME),
            version=self._versions[name],
            skills=skills,
            roles=[
                person_pb2.Role(kind=person_pb2.RoleKind.Value(f"ROLE_KIND_{kind}"), object=thing, rights=rights)
                for kind, thing in roles
            ],
            certificates=[
                person_pb2.Certificate(kind=kind, expire_time=stamped(expiry))
                for kind, expiry in (certificates or {}).items()
            ],
        )
        self.tell(PersonChanged(person=person), aggregate=name)

    def provider(self, *classes: str, region: str = GARDEN, name: str = PROVIDER) -> None:
        self._versions[name] = self._versions.get(name, 0) + 1
        told = person_pb2.Provider(
            name=name, region=region, display_name="made up", service_classes=classes, version=self._versions[name]
        )
        self.tell(ProviderChanged(provider=told), aggregate=name)

    def on_duty(self, *workers: Worker, provider: str = PROVIDER) -> None:
        for worker in workers:
            if worker.name not in self._versions:
                self.person(worker.name, ("WORKER", provider))
            with self.work(worker.name) as work:
                go_on_duty(work, worker.name, lat=worker.at[0], lon=worker.at[1])
            self.live.put(worker.name, *worker.at)

    # what happens

    def alarm(self, kind: str = "sos_press", *, person: str = ELDER, **more: Any) -> Alarm:
        facts: dict[str, Any] = {
            "name": f"alarms/{uuid4()}",
            "kind": kind,
            "device": WATCH,
            "person": person,
            "place": "",
            "region": GARDEN,
            "cell": cell_of(*HOME),
            "receive_time": self.db.now(),
        }
        return Alarm(**(facts | more))

    def press(self, kind: str = "sos_press", *, frame: str | None = None, **more: Any) -> str:
        """An alarm comes by event; gives the name of what it belongs to."""
        alarm = self.alarm(kind, **more)
        self.bring(alarm, frame or str(uuid4()))
        return self.home_of(alarm.name)

    def bring(self, alarm: Alarm, frame: str) -> None:
        event = AlarmRaised(
            alarm=alarm.name,
            device=alarm.device,
            person=alarm.person,
            place=alarm.place,
            region=alarm.region,
            cell=alarm.cell,
            kind=alarm.kind,
            receive_time=stamped(alarm.receive_time),
            archived=alarm.archived,
        )
        self.tell(event, aggregate=alarm.name, correlation=frame)

    def search(self) -> int:
        return self.db.run_effects(self.effects)

    def wait(self, **shift: float) -> None:
        """Time passes; what falls due happens, and so do the searches it asks for."""
        self.db.push_clock(**shift)
        while self.db.run_timers(TIMERS) + self.search():
            pass

    def visit(self, order: str, worker: Worker, *, minutes: float = 10) -> None:
        """The worker accepts, comes, helps and leaves."""
        self.accept(order, worker)
        self.arrive(order, worker)
        with self.work(worker.name) as work:
            use_cases.start_service(work, order, worker.name)
        self.db.push_clock(minutes=minutes)
        with self.work(worker.name) as work:
            use_cases.complete_service(work, order, worker.name, "safe")

    def accept(self, order: str, worker: Worker) -> None:
        with self.work(worker.name) as work:
            use_cases.accept_offer(work, order, worker.name)

    def arrive(self, order: str, worker: Worker, *, at: tuple[float, float] = HOME) -> None:
        fix = Fix(accuracy_m=10, fix_time=None)
        home = Spot(source="home", lat=HOME[0], lon=HOME[1], slack_m=0)
        with self.work(worker.name) as work:
            arrive_by_position(work, order, worker.name, lat=at[0], lon=at[1], fix=fix, spots=[home])

    # what is there

    def home_of(self, alarm: str) -> str:
        return str(self.row("SELECT home FROM alarm_homes WHERE alarm = %s", alarm)["home"])

    def incident(self, name: str) -> dict[str, Any]:
        return self.row("SELECT * FROM incidents WHERE name = %s", name)

    def order(self, name: str) -> dict[str, Any]:
        return self.row("SELECT * FROM orders WHERE name = %s", name)

    def order_of(self, incident: str) -> str:
        """The latest order of the incident."""
        sql = "SELECT name FROM orders WHERE incident = %s ORDER BY place_time DESC, name DESC LIMIT 1"
        return str(self.row(sql, incident)["name"])

    def offered(self, order: str) -> set[str]:
        sql = """SELECT worker FROM offers WHERE "order" = %s AND state = 'offered'"""
        return {row["worker"] for row in self.rows(sql, order)}

    def timer(self, key: str) -> dict[str, Any] | None:
        found = self.rows("SELECT * FROM timers WHERE key = %s", key)
        return found[0] if found else None

    def told(self, fact: type[Message]) -> list[Any]:
        return [message for _, message in self.db.events(fact)]

    def row(self, sql: str, *params: object) -> dict[str, Any]:
        (found,) = self.rows(sql, *params)
        return found

    def rows(self, sql: str, *params: object) -> list[dict[str, Any]]:
        return list(self.db.connection.execute(sql.encode(), params).fetchall())


def stamped(moment: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp
