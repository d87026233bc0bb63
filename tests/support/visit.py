"""A worker's actions, one a state."""

from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from eldercare.order.v1.incident_pb2 import OUTCOME_ASSISTANCE, Outcome
from eldercare.order.v1.incident_service_pb2 import CloseIncidentRequest
from eldercare.order.v1.order_pb2 import Position
from eldercare.order.v1.order_service_pb2 import (
    AcceptOfferRequest,
    ArriveRequest,
    CompleteServiceRequest,
    DepartRequest,
    StartServiceRequest,
)
from suite.crowd import Household
from suite.phone import Phone, new_request


class Visit:
    """One worker with one order."""

    def __init__(self, phone: Phone, order: str) -> None:
        self._phone, self.order = phone, order

    def accept(self) -> None:
        self._phone.orders.AcceptOffer(AcceptOfferRequest(request_id=new_request(), name=self.order))

    def depart(self) -> None:
        self._phone.orders.Depart(DepartRequest(request_id=new_request(), name=self.order))

    def arrive(self, at: Household, now: datetime) -> None:
        here = Position(lat=at.lat, lon=at.lon, accuracy_m=8, fix_time=stamp(now))
        self._phone.orders.Arrive(ArriveRequest(request_id=new_request(), name=self.order, position=here))

    def serve(self) -> None:
        self._phone.orders.StartService(StartServiceRequest(request_id=new_request(), name=self.order))
        done = CompleteServiceRequest(request_id=new_request(), name=self.order, hand_over="safe")
        self._phone.orders.CompleteService(done)

    def whole(self, at: Household, now: datetime) -> None:
        """From accepting to completed."""
        self.accept()
        self.depart()
        self.arrive(at, now)
        self.serve()

    def close(self, incident: str, outcome: Outcome.ValueType = OUTCOME_ASSISTANCE) -> None:
        request = CloseIncidentRequest(request_id=new_request(), name=incident, outcome=outcome)
        self._phone.incidents.CloseIncident(request)


def stamp(time: datetime) -> Timestamp:
    at = Timestamp()
    at.FromDatetime(time)
    return at
