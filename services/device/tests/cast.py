"""Made-up people and watches of a made-up community, and what a test says about them in one line."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from psycopg.sql import SQL, Identifier

from chassis.ids import uuid7
from chassis.seal import Seals
from device_service.adapters.contract import DecodeError, Line, SessionState
from device_service.adapters.watch import ADAPTER
from device_service.device.use_cases import NewDevice, assign_device, register_device
from device_service.frame.received import Received, Stored
from device_service.frame.use_cases import store_frames
from device_service.handlers import HANDLERS
from eldercare.people.v1.events_pb2 import PersonChanged
from eldercare.people.v1.person_pb2 import ROLE_KIND_ELDER, ROLE_KIND_FAMILY, Person, Role
from suite.simulated_watch import Fix, SimulatedWatch, Status
from suite.testing import TestDatabase

CITY = "regions/demo-city"
DISTRICT = f"{CITY}/lake-district"
PLUM_GARDEN = f"{DISTRICT}/plum-street/plum-garden"
HILL = f"{CITY}/hill-district"

GRANNY_WEN = "persons/00000000-0000-7000-8000-000000000001"
DAUGHTER_WEN = "persons/00000000-0000-7000-8000-000000000002"
UNCLE_BAI = "persons/00000000-0000-7000-8000-000000000006"

HOME_CELL = "wtmkqb0"
PARK = Fix(lat=30.251234, lon=120.164567)
PARK_CELL = "wtmkn7j"
NUMBER = "7031234567"
ADAPTERS = {"watch": ADAPTER}
SOS = Status.SOS
EVERYTHING_AT_ONCE = Status.SOS | Status.FALL | Status.LOW_BATTERY | Status.STATE_LOW_BATTERY


def introduce(
    db: TestDatabase,
    name: str,
    *,
    region: str = PLUM_GARDEN,
    cell: str = HOME_CELL,
    version: int = 1,
    family_of: str = "",
) -> None:
    """People tells of a person."""
    role = Role(kind=ROLE_KIND_FAMILY, object=family_of) if family_of else Role(kind=ROLE_KIND_ELDER)
    person = Person(name=name, region=region, home_cell=cell, roles=[role], version=version)
    db.deliver(HANDLERS, PersonChanged(person=person), aggregate=name)


def register_watch(
    db: TestDatabase, number: str = NUMBER, *, region: str = DISTRICT, options: dict[str, str] | None = None
) -> str:
    new = NewDevice(
        adapter="watch", identity=number, vendor="Made-Up Watches", model="MU-1", region=region, options=options or {}
    )
    with db.work() as work:
        return register_device(work, new, ADAPTERS).name


def give_watch(db: TestDatabase, person: str = GRANNY_WEN, number: str = NUMBER) -> str:
    """A registered watch on the wrist of somebody people told of."""
    introduce(db, person)
    name = register_watch(db, number)
    with db.work() as work:
        assign_device(work, name, person=person, place="")
    return name


@dataclass(slots=True, kw_only=True)
class Wire:
    """One connection without its socket: framed, decoded and stored as ingress does it."""

    db: TestDatabase
    seals: Seals
    session: UUID = field(default_factory=uuid7)
    state: SessionState = field(default_factory=SessionState)
    is_second: bool = False
    heard: int = 0

    def say(self, *data: bytes) -> list[Stored]:
        """All of it in one transaction."""
        return self.store([self.read(frame) for part in data for frame in self._cut(part)])

    def store(self, frames: list[Received]) -> list[Stored]:
        with self.db.work(actor="services/device") as work:
            return store_frames(work, frames, seals=self.seals, adapters=ADAPTERS)

    def read(self, frame: bytes) -> Received:
        before = self.state
        try:
            decoded = ADAPTER.decode(frame, before, self.db.now())
        except DecodeError as unreadable:
            return self._received(frame, before.identity or "", reason=unreadable.reason)
        self.state = decoded.session
        return self._received(
            frame, decoded.session.identity or "", state=before, events=decoded.events, replies=decoded.replies
        )

    def _cut(self, data: bytes) -> tuple[bytes, ...]:
        return ADAPTER.frame(data, self.state, Line.CLOSED).frames

    def _received(self, frame: bytes, identity: str, **told: object) -> Received:
        known: dict[str, object] = {"state": self.state, "second_session": self.is_second, **told}
        self.heard += 1
        return Received(
            adapter="watch",
            identity=identity,
            session=self.session,
            number=self.heard,
            data=frame,
            **known,  # type: ignore[arg-type]
        )


def press(watch: SimulatedWatch, at: datetime, *, fix: Fix | None = PARK, status: Status = SOS) -> bytes:
    return watch.alarm(int(status), fix, at)


def dump(db: TestDatabase) -> bytes:
    """Every value of every table as text: what a thief of a backup would read."""
    tables = db.connection.execute(
        """SELECT relname AS tablename FROM pg_class WHERE relnamespace = 'public'::regnamespace
           AND relkind IN ('r', 'p') AND NOT relispartition AND relname <> 'subject_keys'"""
    ).fetchall()
    read = SQL("SELECT t::text AS row FROM {} t")
    rows = [row for table in tables for row in db.connection.execute(read.format(Identifier(table["tablename"])))]
    return "\n".join(row["row"] for row in rows).encode()
