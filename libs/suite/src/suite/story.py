"""The story the suite serves, played once with real bytes on real sockets: from a press to the last fen."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from chassis.clock import monotonic, wall_now
from chassis.envelope import Envelope
from chassis.rpc.client import Refused
from eldercare.device.v1 import events_pb2 as device
from eldercare.notify.v1 import events_pb2 as notify
from eldercare.notify.v1.message_pb2 import ANSWER_KIND_SEEN, CHANNEL_FEED
from eldercare.notify.v1.notify_service_pb2 import AnswerRequest
from eldercare.order.v1 import events_pb2 as order
from eldercare.order.v1.incident_pb2 import OUTCOME_ASSISTANCE, OUTCOME_TEST
from eldercare.order.v1.incident_service_pb2 import CloseIncidentRequest, ListIncidentsRequest
from eldercare.order.v1.order_pb2 import Position
from eldercare.order.v1.order_service_pb2 import (
    AcceptOfferRequest,
    ArriveRequest,
    CancelOrderRequest,
    CompleteServiceRequest,
    ConfirmOrderRequest,
    DepartRequest,
    StartServiceRequest,
)
from eldercare.payment.v1 import events_pb2 as payment
from suite import cast
from suite.box.state import BoxState
from suite.journals import Journals
from suite.phone import Phone, as_person, new_request
from suite.seed import give_voucher
from suite.simulated_watch import Body, Fix
from suite.waiting import until
from suite.watch import Status, WatchLine

M = TypeVar("M", bound=Message)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of the story; `ms` since the press left the watch."""

    name: str
    ms: int


@dataclass(slots=True, kw_only=True)
class Told:
    """The story as it happened. Amounts in fen."""

    correlation: str = ""
    steps: list[Step] = field(default_factory=list)
    voucher_fen: int = 0
    secure_fen: int = 0
    price_fen: int = 0


class Story:
    """Plays the story on a running box and watches each step in the journals."""

    def __init__(self, box: BoxState, journals: Journals, *, tell: Callable[[Step], None] = lambda _: None) -> None:
        self._box, self._journals, self._tell = box, journals, tell
        self.told = Told()
        self._began = journals.now("device")

    def play(self) -> Told:
        """Raises NeverHappened with the step that did not come, or Refused when a call was refused."""
        desk = as_person(self._box.rpc, cast.OPERATOR.login, cast.PASSWORD)
        close_leftovers(desk)
        give_voucher(desk, wall_now())
        self._press()
        incident = self._incident()
        order_name = self._offered(incident)
        self._family_is_told(incident)
        self._visit(order_name)
        self._close(incident)
        self._settle(order_name)
        return self.told

    def _press(self) -> None:
        line = WatchLine(self._box.watch, cast.WATCH_IDENTITY)
        line.hello()
        self._began, pressed = self._journals.now("device"), monotonic()
        fix = Fix(lat=cast.HOME[0], lon=cast.HOME[1])
        body = Body(steps=self._began.microsecond)  # the watch tells whole seconds: two presses in one must differ
        line.ask(line.watch.alarm(Status.SOS, fix, self._began.replace(microsecond=0), body), "AL")
        acknowledged = self._began + timedelta(seconds=monotonic() - pressed)
        line.close()
        envelope, alarm = self._first(device.AlarmRaised, lambda fact: fact.person == cast.ELDER.name)
        self.told.correlation = envelope.correlation
        self._step("frame_received", alarm.receive_time.ToDatetime(UTC))
        self._step("frame_acknowledged", acknowledged)
        self._step("alarm_raised", envelope.time)
        self._alarm = alarm.alarm

    def _incident(self) -> str:
        """The incident this press opened, or the open one it joined."""

        def look() -> tuple[Envelope, Any] | None:
            facts: tuple[type[Any], ...] = (order.IncidentOpened, order.AlarmAttached)
            for fact in facts:
                for seen in self._journals.of(fact, since=self._began):
                    if seen[1].alarm == self._alarm:
                        return seen
            return None

        envelope, opened = until(look, "incident_opened")
        self._step("incident_opened", envelope.time)
        return str(opened.incident)

    def _offered(self, incident: str) -> str:
        envelope, placed = self._first(order.OrderPlaced, lambda fact: fact.incident == incident)
        self._step("order_placed", envelope.time)
        envelope, _ = self._first(
            order.OrderOffered, lambda fact: fact.order == placed.order and cast.NEAR_WORKER.name in fact.workers
        )
        self._step("worker_offered", envelope.time)
        return placed.order

    def _family_is_told(self, incident: str) -> None:
        envelope, _ = self._first(
            notify.MessageSent,
            lambda fact: (
                (fact.incident, fact.recipient) == (incident, cast.DAUGHTER.name) and fact.channel != CHANNEL_FEED
            ),
        )
        self._step("family_notified", envelope.time)
        daughter = as_person(self._box.rpc, cast.DAUGHTER.login, cast.PASSWORD)
        seen = AnswerRequest(request_id=new_request(), incident=incident, answer=ANSWER_KIND_SEEN)
        daughter.notify.Answer(seen)

    def _visit(self, name: str) -> None:
        orders = as_person(self._box.rpc, cast.NEAR_WORKER.login, cast.PASSWORD).orders
        orders.AcceptOffer(AcceptOfferRequest(request_id=new_request(), name=name))
        self._seen(order.OrderAccepted, "order_accepted", name)
        orders.Depart(DepartRequest(request_id=new_request(), name=name))
        here = Position(lat=cast.HOME[0], lon=cast.HOME[1], accuracy_m=8, fix_time=_stamp())
        orders.Arrive(ArriveRequest(request_id=new_request(), name=name, position=here))
        self._seen(order.WorkerArrived, "worker_arrived", name)
        orders.StartService(StartServiceRequest(request_id=new_request(), name=name))
        orders.CompleteService(CompleteServiceRequest(request_id=new_request(), name=name, hand_over="safe"))
        self._seen(order.ServiceCompleted, "service_completed", name)

    def _close(self, incident: str) -> None:
        worker = as_person(self._box.rpc, cast.NEAR_WORKER.login, cast.PASSWORD)
        closing = CloseIncidentRequest(request_id=new_request(), name=incident, outcome=OUTCOME_ASSISTANCE)
        worker.incidents.CloseIncident(closing)
        envelope, _ = self._first(order.IncidentClosed, lambda fact: fact.incident == incident)
        self._step("incident_closed", envelope.time)

    def _settle(self, name: str) -> None:
        daughter = as_person(self._box.rpc, cast.DAUGHTER.login, cast.PASSWORD)
        daughter.orders.ConfirmOrder(ConfirmOrderRequest(request_id=new_request(), name=name))
        settled = self._seen(payment.PaymentSettled, "payment_settled", name)
        self.told.price_fen = settled.price.minor
        self.told.voucher_fen = settled.voucher_part.minor
        self.told.secure_fen = settled.secure_part.minor

    def _seen(self, fact: type[M], step: str, name: str) -> M:
        envelope, message = self._first(fact, lambda seen: bool(seen.order == name))
        self._step(step, envelope.time)
        return message

    def _first(self, fact: type[M], wanted: Callable[[Any], bool]) -> tuple[Envelope, M]:
        def look() -> tuple[Envelope, M] | None:
            return next((seen for seen in self._journals.of(fact, since=self._began) if wanted(seen[1])), None)

        return until(look, fact.DESCRIPTOR.name)

    def _step(self, name: str, at: datetime) -> None:
        step = Step(name=name, ms=max(0, round((at - self._began).total_seconds() * 1000)))
        self.told.steps.append(step)
        self._tell(step)


def close_leftovers(desk: Phone) -> None:
    """Ends what an earlier story left open for the same elder, as the duty desk would."""
    asked = ListIncidentsRequest(region=cast.REGION, open_only=True, page_size=100)
    for incident in desk.incidents.ListIncidents(asked).incidents:
        if incident.person == cast.ELDER.name:
            for name in incident.orders:
                _cancel(desk, name)
            closing = CloseIncidentRequest(request_id=new_request(), name=incident.name, outcome=OUTCOME_TEST)
            desk.incidents.CloseIncident(closing)


def _cancel(desk: Phone, name: str) -> None:
    """An order that is over already stays as it is."""
    with suppress(Refused):
        desk.orders.CancelOrder(CancelOrderRequest(request_id=new_request(), name=name, reason="other"))


def _stamp() -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(wall_now())
    return stamp
