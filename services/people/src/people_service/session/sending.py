"""Core's part of a code: notify is asked to send it. Code and phone are in that call and nowhere else."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

import grpc

from chassis.effects import Effect, OneShot, Outcome
from chassis.rpc.client import Clients, Refused
from chassis.seal import Seals
from chassis.work import Work
from eldercare.notify.v1.notify_service_pb2 import SendCodeRequest
from eldercare.notify.v1.notify_service_pb2_grpc import NotifyServiceStub
from people_service.person import sealed_store
from people_service.person import store as persons
from people_service.session.codes import code_for, minutes_left, whom_to_send

DEADLINE_S = 4.0
_LATER = frozenset({grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED})
_UNKNOWN = frozenset({grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.CANCELLED})


class CodeSender(OneShot):
    """Tried until the code is too old. What nobody knows is sent again: it is the same code with the same key."""

    attempts: int | None = 12

    def __init__(self, transaction: Callable[[], AbstractContextManager[Work]], seals: Seals, clients: Clients) -> None:
        self._transaction, self._seals, self._clients = transaction, seals, clients

    def delay(self, attempt: int) -> float:
        return min(super().delay(attempt), 30.0)

    def call(self, effect: Effect) -> Outcome:
        with self._transaction() as work:
            request = self._request(work, effect)
        if request is None:
            return Outcome.refused("nobody_to_send_to")
        try:
            answer = self._clients.stub("notify", NotifyServiceStub).SendCode(request, timeout=DEADLINE_S)
        except Refused as refused:
            if refused.code in _UNKNOWN:
                raise
            reason = refused.reason
            return Outcome.later(reason) if refused.code in _LATER else Outcome.refused(reason)
        return Outcome.done(answer.provider_reference)

    def settle(self, work: Work, effect: Effect, outcome: Outcome) -> None:
        """Nothing hangs on it: who got no code asks again."""

    def _request(self, work: Work, effect: Effect) -> SendCodeRequest | None:
        found = whom_to_send(work, str(effect.request["challenge"]))
        if found is None:
            return None
        name, asked = found
        person, identifiers = persons.load(work, name), sealed_store.load(work, self._seals, name)
        if person is None or identifiers is None:
            return None
        return SendCodeRequest(
            request_id=asked.challenge,
            person=name,
            phone=identifiers.phone,
            code=code_for(self._seals, asked),
            language=person.traits.language,
            minutes=minutes_left(asked, work.now),
            attempt=effect.attempt,
        )
