"""An operator who ends incidents once the family was called, and grants vouchers: each said until it is answered."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from itertools import count
from threading import Event

import psycopg

from chassis.clock import monotonic, pause, wall_now
from chassis.rpc.client import Refused
from eldercare.order.v1.incident_pb2 import OUTCOME_TEST
from eldercare.order.v1.incident_service_pb2 import CloseIncidentRequest
from eldercare.order.v1.order_service_pb2 import CancelOrderRequest
from eldercare.payment.v1.payment_pb2 import Amount, VoucherLot
from eldercare.payment.v1.payment_service_pb2 import GrantVoucherLotRequest
from suite import cast
from suite.box import Box
from suite.history import Attempt, Told
from suite.journals import Journals
from suite.phone import as_person, new_request
from tests.support.visit import stamp

PATIENCE_S, AGAIN_S, LOOK_EVERY_S = 90.0, 0.3, 0.3
AWAY = {"UNREACHABLE", "DATABASE_UNAVAILABLE", "DEADLINE_EXCEEDED", "UNAVAILABLE", "CANCELLED"}
_grants = count(1)


class Desk:
    """Works through the suite's own rpc; what it may end it reads with the auditor's eyes."""

    def __init__(self, box: Box, began: datetime) -> None:
        self._state, self._began = box.state(), began
        self._phone = as_person(self._state.rpc, cast.OPERATOR.login, cast.PASSWORD)
        self._ended: set[str] = set()
        self.commands: list[Attempt] = []

    def work_until(self, over: Event) -> None:
        """Ends what may be ended and grants one lot a round; the last round leaves nothing open."""
        while not over.is_set():
            with suppress(psycopg.Error):
                self._end_incidents()
            self._grant()
            over.wait(LOOK_EVERY_S)

    def tidy(self) -> None:
        """Ends what the last presses opened, and what a restored store has open again."""
        self._ended.clear()
        self._end_incidents(everything=True)

    def _end_incidents(self, *, everything: bool = False) -> None:
        journals = Journals({name: self._state.auditors[name] for name in ("order", "notify")})
        try:
            for incident, order in self._endable(journals, everything=everything):
                self._end(incident, order)
        finally:
            journals.close()

    def _endable(self, journals: Journals, *, everything: bool) -> list[tuple[str, str]]:
        sql = "SELECT DISTINCT incident FROM messages WHERE create_time >= %s AND (state = 'sent' OR %s)"
        rows = journals.connections["notify"].execute(sql, [self._began, everything]).fetchall()
        called = [row["incident"] for row in rows if row["incident"] not in self._ended]
        sql = """SELECT i.name, coalesce(o.name, '') AS order FROM incidents i LEFT JOIN orders o ON o.incident = i.name
                 AND o.state NOT IN ('confirmed', 'declined', 'cancelled', 'missed')
                 WHERE i.state = 'open' AND i.name = ANY(%s)"""
        return [(row["name"], row["order"]) for row in journals.connections["order"].execute(sql, [called]).fetchall()]

    def _end(self, incident: str, order: str) -> None:
        if order:
            cancel = CancelOrderRequest(request_id=new_request(), name=order, reason="other")
            self._said(lambda: self._phone.orders.CancelOrder(cancel))
        close = CloseIncidentRequest(request_id=new_request(), name=incident, outcome=OUTCOME_TEST)
        told = self._said(lambda: self._phone.incidents.CloseIncident(close))
        self.commands.append(Attempt(key=f"close {incident}", told=told))
        if told == Told.OK:
            self._ended.add(incident)

    def _grant(self) -> None:
        """No two lots of a run are of one size: the size tells them apart in the ledger."""
        fen, now = next(_grants), wall_now()
        lot = VoucherLot(
            person=cast.ELDER.name,
            month=now.strftime("%Y-%m"),
            expire_time=stamp(now + timedelta(days=31)),
            granted=Amount(minor=fen, asset="CNY"),
            payer_region=cast.CITY,
        )
        request = GrantVoucherLotRequest(request_id=new_request(), lot=lot)
        told = self._said(lambda: self._phone.payment.GrantVoucherLot(request))
        self.commands.append(Attempt(key=f"grant {fen} fen", told=told))

    def _said(self, call: Callable[[], object]) -> Told:
        """The same request again until somebody answers."""
        began = monotonic()
        while monotonic() - began < PATIENCE_S:
            try:
                call()
            except Refused as refused:
                if refused.reason not in AWAY:
                    return Told.REFUSED
                pause(AGAIN_S)
            else:
                return Told.OK
        return Told.UNKNOWN
