"""Whole stories side by side: from a press on a socket to settled money, played over rpc by scripted people."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Event, Thread
from typing import Self

from bench.house import House
from bench.lanes import Lane, open_lanes, report_for_duty
from bench.rounds import Rounds
from bench.row import Row
from chassis.clock import monotonic, wall_now
from eldercare.notify.v1.message_pb2 import ANSWER_KIND_SEEN
from eldercare.notify.v1.notify_service_pb2 import AnswerRequest
from eldercare.order.v1.incident_pb2 import OUTCOME_ASSISTANCE
from eldercare.order.v1.incident_service_pb2 import CloseIncidentRequest
from eldercare.order.v1.order_service_pb2 import (
    AcceptOfferRequest,
    ArriveRequest,
    CompleteServiceRequest,
    ConfirmOrderRequest,
    DepartRequest,
    StartServiceRequest,
)
from suite.crowd import Household
from suite.journals import Journals
from suite.phone import Phone, new_request
from suite.seed import give_voucher
from suite.simulated_watch import Body, Fix
from suite.waiting import until
from suite.watch import Status, WatchLine

LANES = 24
# The first stories of a turn find nobody else on the road yet.
WARM = 0.25
LOOK_EVERY_S = 0.05
STEP_S = 60.0
_OFFERED = """SELECT f.worker, f."order", o.incident FROM offers f JOIN orders o ON o.name = f."order"
              WHERE f.state = 'offered' AND f.worker = ANY(%s)"""
_RUNNING = "SELECT incident FROM ladders WHERE state = 'open'"
_SETTLED = "SELECT order_name FROM settlements WHERE state = 'settled'"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    order: str
    incident: str


class News:
    """What people would see on their phones, read once for all lanes; a context manager."""

    def __init__(self, house: House, lanes: Sequence[Lane]) -> None:
        self._journals, self._over = Journals(house.state.auditors), Event()
        self._workers = [lane.worker.name for lane in lanes]
        self._thread = Thread(target=self._watch, name="news", daemon=True)
        self.offers: dict[str, Offer] = {}
        self.called: set[str] = set()
        self.settled: set[str] = set()

    def _watch(self) -> None:
        read = self._journals.connections
        while not self._over.wait(LOOK_EVERY_S):
            rows = read["order"].execute(_OFFERED, [self._workers]).fetchall()
            self.offers = {row["worker"]: Offer(order=row["order"], incident=row["incident"]) for row in rows}
            self.called = {row["incident"] for row in read["notify"].execute(_RUNNING).fetchall()}
            self.settled = {row["order_name"] for row in read["payment"].execute(_SETTLED).fetchall()}

    def await_settled(self, offer: Offer) -> None:
        until(lambda: offer.order in self.settled, "settled money", patience_s=STEP_S)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()
        self._journals.close()


def measure(house: House, rounds: Rounds) -> Row:
    lanes = open_lanes(house, LANES)
    (value,) = rounds.medians(lambda: _turn(house, lanes, rounds.story_s))
    for lane in lanes:
        lane.close()
    return Row(
        name="story_throughput",
        value=value,
        unit="1/s",
        beside=f"{LANES} households at once, their people played on the same machine; no floor but the target",
    )


def _turn(house: House, lanes: Sequence[Lane], seconds: float) -> float:
    """Stories settled a second, between the first that counts and the last before the time is over."""
    report_for_duty(lanes)
    desk, until_s = house.desk(), monotonic() + seconds
    with News(house, lanes) as news, ThreadPoolExecutor(len(lanes)) as pool:
        played = list(pool.map(lambda lane: _play(house, lane, desk, news, until_s), lanes))
    desk.close()
    house.wait_until_quiet()
    return rate([moment for lane in played for moment in lane], until_s - seconds * (1 - WARM), until_s)


def rate(moments: Sequence[float], from_s: float, to_s: float) -> float:
    """Of those inside the window, a second of it."""
    return sum(from_s <= moment <= to_s for moment in moments) / (to_s - from_s)


def _play(house: House, lane: Lane, desk: Phone, news: News, until_s: float) -> list[float]:
    """One story after the other; returns when each was settled."""
    line = WatchLine(house.state.watch, lane.home.identity)
    line.hello()
    settled: list[float] = []
    while monotonic() < until_s:
        give_voucher(desk, wall_now(), lane.home.elder)
        _press(line, lane.home)
        offer = until(lambda: news.offers.get(lane.worker.name), "an offer", patience_s=STEP_S)
        _help(lane, offer, news)
        news.await_settled(offer)
        settled.append(monotonic())
    line.close()
    return settled


def _press(line: WatchLine, home: Household) -> None:
    now = wall_now()
    body = Body(steps=now.microsecond)  # the watch tells whole seconds: two presses in one must differ
    frame = line.watch.alarm(Status.SOS, Fix(lat=home.lat, lon=home.lon), now.replace(microsecond=0), body)
    line.ask(frame, "AL")


def _help(lane: Lane, offer: Offer, news: News) -> None:
    family, worker = lane.family_phone, lane.worker_phone
    worker.orders.AcceptOffer(AcceptOfferRequest(request_id=new_request(), name=offer.order))
    until(lambda: offer.incident in news.called, "the family called", patience_s=STEP_S)
    family.notify.Answer(AnswerRequest(request_id=new_request(), incident=offer.incident, answer=ANSWER_KIND_SEEN))
    worker.orders.Depart(DepartRequest(request_id=new_request(), name=offer.order))
    worker.orders.Arrive(ArriveRequest(request_id=new_request(), name=offer.order, position=lane.here()))
    worker.orders.StartService(StartServiceRequest(request_id=new_request(), name=offer.order))
    worker.orders.CompleteService(CompleteServiceRequest(request_id=new_request(), name=offer.order, hand_over="safe"))
    closing = CloseIncidentRequest(request_id=new_request(), name=offer.incident, outcome=OUTCOME_ASSISTANCE)
    worker.incidents.CloseIncident(closing)
    family.orders.ConfirmOrder(ConfirmOrderRequest(request_id=new_request(), name=offer.order))
