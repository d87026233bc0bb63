"""A whole small box with a made-up community of its own, and what its stores say of each press."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from bench.backlog import Backlog
from bench.stage import Stage
from bench.watches import Press
from chassis.rpc.client import Refused
from eldercare.order.v1.incident_pb2 import OUTCOME_TEST
from eldercare.order.v1.incident_service_pb2 import CloseIncidentRequest
from eldercare.order.v1.order_service_pb2 import CancelOrderRequest
from suite import cast
from suite.box import Box, BoxPlace
from suite.crowd import HANDS, Household, households, settle_in
from suite.journals import Journals
from suite.phone import Phone, as_person, as_suite, new_request
from suite.seed import seed
from suite.servers.management import Management
from suite.waiting import until

SEED = 7
VHOST = "bench-box"
PATIENCE_S = 120.0
# Looking costs the machine that is measured.
LOOK_EVERY_S = 0.25
_RAISED = "SELECT name, device FROM alarms WHERE device = ANY(%s) AND receive_time >= %s"
_HOMES = "SELECT alarm, home FROM alarm_homes WHERE alarm = ANY(%s)"
# The recorder's own transaction begins when the channel is called.
_CALLED = """SELECT m.incident, min(r.record_time) AS called FROM messages m JOIN recorded_messages r ON r.key = m.name
             WHERE m.incident = ANY(%s) AND m.is_call GROUP BY m.incident"""
_WRITTEN = "SELECT id, write_time FROM timeline WHERE id = ANY(%s)"
_OPEN = "SELECT name FROM incidents WHERE state = 'open'"
_UNFINISHED = """SELECT o.name FROM orders o JOIN incidents i ON i.name = o.incident AND i.state = 'open'
                 WHERE o.state NOT IN ('completed', 'confirmed', 'declined', 'cancelled', 'missed')"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One press until the first person's channel was called; both moments by this machine's own clock."""

    sent: datetime
    called: datetime

    @property
    def ms(self) -> float:
        return (self.called - self.sent).total_seconds() * 1000


class House:
    """`homes` press once each between two `close_incidents`: a second press joins an incident and calls nobody."""

    def __init__(self, stage: Stage, box: Box, homes: Sequence[Household]) -> None:
        self.stage, self.homes, self.state = stage, homes, box.state()
        self._box = box
        self._journals = Journals(self.state.auditors)
        self._stores = self._journals.connections
        self._broker = stage.broker_admin(VHOST)
        queues = Management(stage.servers.amqp_management).get("queues", VHOST)
        self._queues = [queue["name"] for queue in queues if not queue["name"].endswith(".dead")]

    def pid_of(self, process: str) -> int:
        pid = self._box.processes[process].pid
        if pid is None:
            raise ProcessLookupError(process)
        return pid

    def desk(self) -> Phone:
        """The duty desk, signed in just now."""
        return as_person(self.state.rpc, cast.OPERATOR.login, cast.PASSWORD)

    def suite(self) -> Phone:
        return as_suite(self.state.rpc, Path(self.state.keys))

    def backlog(self) -> Backlog:
        return Backlog(self.state.auditors, self._broker, self._queues)

    def calls(self, presses: Sequence[Press]) -> list[Call]:
        """Waits for the first call of every press; raises NeverHappened when one does not come."""
        sent = {press.device: press.sent for press in presses}

        def all_called() -> list[Call] | None:
            called = self._called(list(sent), min(sent.values()))
            return [Call(sent=sent[who], called=at) for who, at in called.items()] if len(called) == len(sent) else None

        return until(all_called, f"{len(sent)} families called", patience_s=PATIENCE_S, every_s=LOOK_EVERY_S)

    def _called(self, devices: list[str], since: datetime) -> dict[str, datetime]:
        raised = self._stores["device"].execute(_RAISED, [devices, since - timedelta(seconds=1)]).fetchall()
        homes = self._stores["order"].execute(_HOMES, [[row["name"] for row in raised]]).fetchall()
        called = self._stores["notify"].execute(_CALLED, [[row["home"] for row in homes]]).fetchall()
        by_incident = {row["incident"]: row["called"] for row in called}
        by_alarm = {row["alarm"]: by_incident.get(row["home"]) for row in homes}
        found = {row["device"]: by_alarm.get(row["name"]) for row in raised}
        return {device: at for device, at in found.items() if at is not None}

    def lines_written(self, ids: Collection[int]) -> dict[int, datetime]:
        """When each line of the timeline was written."""
        rows = self._stores["notify"].execute(_WRITTEN, [list(ids)]).fetchall()
        return {row["id"]: row["write_time"] for row in rows}

    def observations(self) -> int:
        row = self._stores["device"].execute("SELECT count(*) AS n FROM observations").fetchone()
        return row["n"] if row else 0

    def close_incidents(self) -> None:
        """As the duty desk would, and waits until nothing of it is on its way any more."""
        desk, order = self.desk(), self._stores["order"]
        unfinished = [row["name"] for row in order.execute(_UNFINISHED).fetchall()]
        incidents = [row["name"] for row in order.execute(_OPEN).fetchall()]
        with ThreadPoolExecutor(HANDS) as pool:
            list(pool.map(lambda name: _cancel(desk, name), unfinished))
            list(pool.map(lambda name: _close(desk, name), incidents))
        desk.close()
        self.wait_until_quiet()

    def wait_until_quiet(self) -> None:
        with self.backlog() as backlog:
            until(lambda: backlog.size() == 0, "nothing on its way", patience_s=PATIENCE_S, every_s=LOOK_EVERY_S)

    def close(self) -> None:
        self._journals.close()


@contextmanager
def open_house(stage: Stage, homes: int, *, extra: Mapping[str, str] | None = None) -> Iterator[House]:
    """A box on the stage's servers, in databases and a virtual host of its own, with so many households."""
    stage.servers.start("redis", progress=stage.say)
    place = BoxPlace(run_dir=stage.run_dir / "box", prefix="box_", vhost=VHOST, extra=extra or {})
    with Box(place, stage.servers, progress=stage.say) as box:
        seed(box.state(), progress=stage.say)
        house = House(stage, box, households(homes, SEED))
        settle_in(house.suite(), house.desk(), house.homes)
        house.wait_until_quiet()
        stage.say(f"{homes} made-up households have settled in")
        yield house
        house.close()


def _cancel(desk: Phone, name: str) -> None:
    with suppress(Refused):  # over by now
        desk.orders.CancelOrder(CancelOrderRequest(request_id=new_request(), name=name, reason="other"))


def _close(desk: Phone, name: str) -> None:
    desk.incidents.CloseIncident(CloseIncidentRequest(request_id=new_request(), name=name, outcome=OUTCOME_TEST))
