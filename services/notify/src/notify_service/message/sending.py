"""Core's part: each message, its channel, its outcome."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from prometheus_client import Counter

from chassis.effects import Effect, OneShot, Outcome
from chassis.seal import Seals
from chassis.work import Work
from notify_service import contract
from notify_service.channel.port import Channel, Letter, QuickChannel
from notify_service.contact import store as contacts
from notify_service.contact.domain import Channel as Kind
from notify_service.ladder.carry_out import fall_back
from notify_service.message import store
from notify_service.message.compose import ERASED, STOOD_DOWN, Composed, Withdrawn, compose
from notify_service.message.transaction import Transaction
from notify_service.message.use_cases import CALL, POST, SEND

MESSAGES = Counter("eldercare_notify_messages_total", "Messages by channel and outcome", ["channel", "outcome"])
LONGEST_DELAY_S = 30.0
# What the kinds that go in groups may be carried by; the last for those of the release before.
PHONES = frozenset({Kind.VOICE, Kind.SMS, Kind.PUSH, Kind.FEED})
WITHDRAWN = frozenset({STOOD_DOWN, ERASED})


class Sender(OneShot):
    """Every try carries the message's own name as key, so what nobody knows may be sent again."""

    attempts: int | None = 8

    def __init__(self, transaction: Transaction, seals: Seals, channels: Mapping[str, Channel]) -> None:
        self._transaction, self._seals, self._channels = transaction, seals, channels

    def delay(self, attempt: int) -> float:
        return min(super().delay(attempt), LONGEST_DELAY_S)

    def call(self, effect: Effect) -> Outcome:
        (composed,) = self._composed([effect]).values()
        if isinstance(composed, Withdrawn):
            return Outcome.refused(composed.reason)
        if isinstance(composed, Exception):
            raise composed
        return self._channels[composed.channel].send(composed, effect.attempt)

    def _composed(self, effects: Sequence[Effect]) -> dict[str, Composed]:
        with self._transaction() as work:
            return compose(work, self._seals, [effect.key for effect in effects])

    def settle(self, work: Work, effect: Effect, outcome: Outcome) -> None:
        self.settle_all(work, [(effect, outcome)])

    def settle_all(self, work: Work, settled: Sequence[tuple[Effect, Outcome]]) -> None:
        sent = {effect.key: outcome.reference for effect, outcome in settled if outcome.state == "done"}
        contexts = {effect.key: effect.context for effect, _ in settled}
        messages = store.settle_sent(work, sent)
        contacts.note_successes(work, {message.contact_point for message in messages if message.contact_point})
        contract.messages_sent(work, [(contexts[message.name], message) for message in messages])
        for message in messages:
            MESSAGES.labels(message.channel, "done").inc()
        for effect, outcome in settled:
            if outcome.state != "done":
                self._not_sent(work.within(effect.context), effect, outcome)

    def _not_sent(self, work: Work, effect: Effect, outcome: Outcome) -> None:
        """Refused for good, or given up; a ladder tries the person's next number.

        Unknown, not refused, when nobody knows how an earlier try ended: it may have gone out.
        """
        is_refused = outcome.state == "refused"
        state = "refused" if is_refused and not effect.in_doubt else "unknown"
        reason = outcome.reason if is_refused else "given_up"
        message = store.settle_unsent(work, effect.key, state, reason)
        if message is None:
            return
        MESSAGES.labels(message.channel, outcome.state).inc()
        contract.message_refused(work, message, reason)
        if message.contact_point and reason not in WITHDRAWN:
            contacts.note_refusal(work, message.contact_point, reason)
            if message.notice.is_call:
                fall_back(work, message)


class GroupSender(Sender):
    """Many first tries at once, where every channel is quick: a provider that lets one wait would let all wait."""

    most: int = 32

    def __init__(self, transaction: Transaction, seals: Seals, channels: Mapping[str, QuickChannel]) -> None:
        super().__init__(transaction, seals, channels)
        self._quick = channels

    def call_all(self, effects: Sequence[Effect]) -> list[Outcome | Exception]:
        composed = self._composed(effects)
        carried: dict[str, Outcome | Exception] = {}
        for channel, letters in self._by_channel(composed.values()):
            carried |= zip((letter.key for letter in letters), channel.send_all(letters), strict=True)
        return [carried.get(key) or _withdrawn(each) for key, each in composed.items()]

    def _by_channel(self, composed: Iterable[Composed]) -> list[tuple[QuickChannel, list[Letter]]]:
        """SMS, voice and push may be one channel."""
        lots: dict[int, tuple[QuickChannel, list[Letter]]] = {}
        for letter in composed:
            if isinstance(letter, Letter):
                channel = self._quick[letter.channel]
                lots.setdefault(id(channel), (channel, []))[1].append(letter)
        return list(lots.values())


def senders(transaction: Transaction, seals: Seals, channels: Mapping[str, Channel]) -> dict[str, Sender]:
    """By kind. Where a provider takes its time over a letter, each goes alone, as mail does everywhere."""
    quick = {kind: each for kind, each in channels.items() if isinstance(each, QuickChannel)}
    alone = Sender(transaction, seals, channels)
    phones = GroupSender(transaction, seals, quick) if quick.keys() >= PHONES else alone
    return {CALL: phones, SEND: phones, POST: alone}


def _withdrawn(composed: Composed) -> Outcome | Exception:
    if isinstance(composed, Withdrawn):
        return Outcome.refused(composed.reason)
    assert isinstance(composed, Exception)  # noqa: S101 - letters were carried
    return composed
