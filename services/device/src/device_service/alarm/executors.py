"""The call that leaves device: order's OpenIncident."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

import structlog

from chassis.effects import Effect, Outcome
from chassis.rpc.client import Clients, Refused
from chassis.work import Work
from device_service.alarm import store
from device_service.alarm.domain import wait_after
from device_service.alarm.hand_over import CALL_TIMEOUT_S
from device_service.alarm.use_cases import take_hand_over
from device_service.contract import stamp
from eldercare.order.v1.incident_service_pb2 import OpenIncidentRequest
from eldercare.order.v1.incident_service_pb2_grpc import IncidentServiceStub

log = structlog.get_logger(__name__)

Transaction = Callable[[], AbstractContextManager[Work]]


class OpenIncident:
    """Tried until an incident or task exists; order answers a repeat with the first answer."""

    attempts: int | None = None

    def __init__(self, clients: Clients, transaction: Transaction) -> None:
        self._clients, self._transaction = clients, transaction

    def delay(self, attempt: int) -> float:
        return wait_after(attempt)

    def ask(self, effect: Effect) -> Outcome | None:
        return None

    def call(self, effect: Effect) -> Outcome:
        with self._transaction() as work:
            alarm = store.find_alarm(work, effect.request["alarm"])
        if alarm and alarm.handed_over_to:
            return Outcome.done(alarm.handed_over_to)
        stub = self._clients.stub("order", IncidentServiceStub)
        try:
            answer = stub.OpenIncident(_request(effect), timeout=CALL_TIMEOUT_S)
        except Refused as refused:
            return Outcome.later(refused.reason)
        return Outcome.done(answer.name)

    def settle(self, work: Work, effect: Effect, outcome: Outcome) -> None:
        take_hand_over(work, effect.request["alarm"], outcome.reference)
        log.info("alarm.handed_over", alarm=effect.request["alarm"], to=outcome.reference, attempt=effect.attempt)


def _request(effect: Effect) -> OpenIncidentRequest:
    facts: dict[str, Any] = dict(effect.request)
    for name in ("event_time", "receive_time"):
        facts[name] = stamp(datetime.fromisoformat(facts[name]))
    return OpenIncidentRequest(**facts)
