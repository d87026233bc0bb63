"""What is measured at each size: the services' own use cases in this process, against their real databases."""

from collections.abc import Sequence
from pathlib import Path
from random import Random
from uuid import uuid4

from bench.facts import alarms
from bench.stage import Stage
from chassis.context import Context
from chassis.database import Database, connect
from chassis.envelope import to_wire
from chassis.ids import uuid7
from chassis.journal import envelope_of, read_events
from chassis.seal import Seals
from chassis.subscriber import Delivery, Subscriber
from device_service.adapters.contract import SessionState
from device_service.adapters.find import find_adapters
from device_service.frame.received import Received
from device_service.ingress.ledger import Ledger
from eldercare.device.v1.events_pb2 import AlarmRaised
from order_service.dispatch import store as dispatch
from order_service.handlers import HANDLERS
from suite import cast
from suite.audit import audit
from suite.journals import Journals
from suite.simulated_watch import Fix, SimulatedWatch, Status

FRAMES = 64
ALARMS = 16
CLAIMS = 256
RADIUS_M = 5_000


class Paths:
    """Each verb does its work once and returns how many pieces it was."""

    def __init__(self, stage: Stage) -> None:
        self._stage, self._draw = stage, Random(1)
        self.devices = FRAMES
        self._device = Database(stage.databases["device"].app, name="bench")
        self._order = Database(stage.databases["order"].app, name="bench")
        self._adapters = find_adapters(("watch",)).adapters
        seals = Seals.load(Path(stage.run_dir / "keys" / "device.seals"))
        self._ledger = Ledger(self._device, seals, self._adapters)
        self._orders = connect(stage.databases["order"].app, name="bench")
        self._journals = Journals({name: urls.auditor for name, urls in stage.databases.items()})
        self._subscriber = Subscriber("order", HANDLERS)
        self._done = self._deliveries(CLAIMS)
        for database in (self._device, self._order):
            database.open()

    def close(self) -> None:
        self._orders.close()
        self._journals.close()
        for database in (self._device, self._order):
            database.close()

    def store_vitals(self) -> int:
        return self._stored([watch.heart(70) for watch in self._watches(FRAMES)])

    def store_alarms(self) -> int:
        fix, now = Fix(lat=cast.HOME[0], lon=cast.HOME[1]), self._ledger.now()
        return self._stored([watch.alarm(Status.SOS, fix, now) for watch in self._watches(ALARMS)])

    def take_alarms(self) -> int:
        """Order's own handler: claim, incident, order, search asked for, journal, outbox, commit."""
        self._subscriber.process(self._orders, self._deliveries(ALARMS))
        return ALARMS

    def claim_again(self) -> int:
        """Events that are done already: nothing but their claims."""
        self._subscriber.process(self._orders, self._done)
        return CLAIMS

    def find_workers(self) -> int:
        with self._order.transaction(Context()) as work:
            dispatch.near(work, *cast.HOME, RADIUS_M)
        return 1

    def read_story(self) -> int:
        connection = self._journals.connections["order"]
        row = connection.execute("SELECT made('stories', 1) AS story").fetchone()
        return len(list(read_events(connection, "order", where="correlation = %s", params=((row or {})["story"],))))

    def verify_chain(self) -> int:
        self._journals.connections["order"].execute("SELECT * FROM broken_events()").fetchall()
        return 1

    def audit(self) -> int:
        audit(self._journals)
        return 1

    def _watches(self, count: int) -> list[SimulatedWatch]:
        """Random ones of all that are registered; an index of its own makes each frame a new one."""
        numbers = self._draw.sample(range(1, self.devices + 1), count)
        return [SimulatedWatch(number=f"3{n:09d}", index=self._draw.randrange(0x10000)) for n in numbers]

    def _stored(self, frames: Sequence[bytes]) -> int:
        received = [self._received(frame) for frame in frames]
        self._ledger.store(received)
        return len(received)

    def _received(self, frame: bytes) -> Received:
        state = SessionState()
        decoded = self._adapters["watch"].decode(frame, state, self._ledger.now())
        return Received(
            adapter="watch",
            identity=decoded.session.identity or "",
            session=uuid7(),
            number=1,
            data=frame,
            state=state,
            events=decoded.events,
            replies=decoded.replies,
        )

    def _deliveries(self, count: int) -> list[Delivery]:
        """Alarms of persons who have no open incident yet."""
        return [self._delivery(row) for row in alarms(count)]

    def _delivery(self, row: dict[str, object]) -> Delivery:
        fact = AlarmRaised(alarm=str(row["aggregate"]), device=f"devices/{uuid4()}", person=f"persons/{uuid4()}")
        fact.kind, fact.region = "sos_press", cast.REGION
        wire = to_wire(envelope_of(row, "device"), fact.SerializeToString())
        return Delivery(headers=wire.headers, content_type=wire.content_type, body=bytes(wire.body))
