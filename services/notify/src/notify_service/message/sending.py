"""Core's part: one message, one channel, one outcome."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import Counter

from chassis.effects import Effect, OneShot, Outcome
from chassis.seal import Seals
from chassis.work import Work
from notify_service import contract
from notify_service.channel.port import Channel, Letter
from notify_service.contact import store as contacts
from notify_service.contact.domain import Channel as Kind
from notify_service.ladder.carry_out import fall_back
from notify_service.message import store
from notify_service.message.compose import ERASED, STOOD_DOWN, Withdrawn, compose
from notify_service.message.store import StoredMessage
from notify_service.message.transaction import Transaction

MESSAGES = Counter("eldercare_notify_messages_total", "Messages by channel and outcome", ["channel", "outcome"])
LONGEST_DELAY_S = 30.0
WITHDRAWN = frozenset({STOOD_DOWN, ERASED})


class Sender(OneShot):
    """Every try carries the message's own name as key, so what nobody knows may be sent again."""

    attempts: int | None = 8

    def __init__(self, transaction: Transaction, seals: Seals, channels: Mapping[str, Channel]) -> None:
        self._transaction, self._seals, self._channels = transaction, seals, channels

    def delay(self, attempt: int) -> float:
        return min(super().delay(attempt), LONGEST_DELAY_S)

    def call(self, effect: Effect) -> Outcome:
        try:
            letter = self._letter(effect)
        except Withdrawn as withdrawn:
            return Outcome.refused(withdrawn.reason)
        return self._channels[letter.channel].send(letter, effect.attempt)

    def _letter(self, effect: Effect) -> Letter:
        with self._transaction() as work:
            return compose(work, self._seals, effect.key)

    def settle(self, work: Work, effect: Effect, outcome: Outcome) -> None:
        settled = self._sent if outcome.state == "done" else self._not_sent
        message = settled(work, effect, outcome)
        if message is not None:
            MESSAGES.labels(message.channel, outcome.state).inc()

    def _sent(self, work: Work, effect: Effect, outcome: Outcome) -> StoredMessage | None:
        message = store.settle(work, effect.key, "sent", reference=outcome.reference)
        if message is None:
            return None
        if message.contact_point:
            contacts.note_success(work, message.contact_point)
        contract.message_sent(work, message)
        return message

    def _not_sent(self, work: Work, effect: Effect, outcome: Outcome) -> StoredMessage | None:
        """Refused for good, or given up; a ladder tries the person's next number.

        Unknown, not refused, when nobody knows how an earlier try ended: it may have gone out.
        """
        is_refused = outcome.state == "refused"
        state = "refused" if is_refused and not effect.in_doubt else "unknown"
        reason = outcome.reason if is_refused else "given_up"
        message = store.settle(work, effect.key, state, reason=reason)
        if message is None or message.channel == Kind.FEED:
            return message
        contract.message_refused(work, message, reason)
        if message.contact_point and reason not in WITHDRAWN:
            contacts.note_refusal(work, message.contact_point, reason)
            if message.notice.is_call:
                fall_back(work, message)
        return message
