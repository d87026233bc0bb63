"""Calls to the processor, made by core. A call whose answer was lost is asked about before anything is repeated."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager

from chassis.effects import Effect, Executor, Outcome
from chassis.seal import Seals, Unsealable
from chassis.subject_keys import SubjectErased
from chassis.work import Work
from payment_service.ledger.domain.amount import Amount
from payment_service.payer.store import PayerGone, token_of
from payment_service.processor.port import Answer, NotSent, Processor
from payment_service.settlement.domain.settlement import Settlement
from payment_service.settlement.use_cases import answered

LONGEST_DELAY_S = 60
Transaction = Callable[[], AbstractContextManager[Work]]


class ProcessorCall:
    """Never given up: money that may have moved is asked about until it is known."""

    attempts: int | None = None

    def __init__(self, processors: Mapping[str, Processor]) -> None:
        self._processors = processors

    def delay(self, attempt: int) -> float:
        return float(min(2 ** min(attempt - 1, 6), LONGEST_DELAY_S))

    def call(self, effect: Effect) -> Outcome:
        try:
            return _outcome(self._make(self._processor(effect), effect))
        except NotSent as lost:
            return Outcome.later(str(lost))

    def ask(self, effect: Effect) -> Outcome | None:
        answer = self._processor(effect).find(effect.key)
        return None if answer is None else _outcome(answer)

    def settle(self, work: Work, effect: Effect, outcome: Outcome) -> None:
        answered(work, effect.request["settlement"], lambda settlement: self._tell(work, settlement, outcome))

    def _processor(self, effect: Effect) -> Processor:
        return self._processors[effect.request["processor"]]

    def _make(self, processor: Processor, effect: Effect) -> Answer:
        raise NotImplementedError

    def _tell(self, work: Work, settlement: Settlement, outcome: Outcome) -> None:
        raise NotImplementedError


class AuthoriseCall(ProcessorCall):
    def __init__(self, processors: Mapping[str, Processor], seals: Seals, transaction: Transaction) -> None:
        super().__init__(processors)
        self._seals, self._transaction = seals, transaction

    def _make(self, processor: Processor, effect: Effect) -> Answer:
        try:
            with self._transaction() as work:
                token = token_of(work, self._seals, effect.request["payer"])
        except (PayerGone, SubjectErased, Unsealable):
            return Answer(accepted=False, reason="PAYER_GONE")
        return processor.authorise(effect.key, token=token, amount=_amount(effect))

    def _tell(self, work: Work, settlement: Settlement, outcome: Outcome) -> None:
        if outcome.state == "done":
            settlement.authorised(outcome.reference, at=work.now)
        else:
            settlement.authorisation_refused(outcome.reason, at=work.now)


class CaptureCall(ProcessorCall):
    def _make(self, processor: Processor, effect: Effect) -> Answer:
        return processor.capture(effect.key, reference=effect.request["reference"], amount=_amount(effect))

    def _tell(self, work: Work, settlement: Settlement, outcome: Outcome) -> None:
        if outcome.state == "done":
            settlement.captured(at=work.now)
        else:
            settlement.capture_refused(at=work.now)


class VoidCall(ProcessorCall):
    def _make(self, processor: Processor, effect: Effect) -> Answer:
        return processor.void(effect.key, reference=effect.request["reference"])

    def _tell(self, work: Work, settlement: Settlement, outcome: Outcome) -> None:
        if outcome.state == "done":
            settlement.voided(at=work.now)
        else:
            settlement.void_refused(at=work.now)


def executors(processors: Mapping[str, Processor], seals: Seals, transaction: Transaction) -> dict[str, Executor]:
    return {
        "authorise": AuthoriseCall(processors, seals, transaction),
        "capture": CaptureCall(processors),
        "void": VoidCall(processors),
    }


def _outcome(answer: Answer) -> Outcome:
    return Outcome.done(answer.reference) if answer.accepted else Outcome.refused(answer.reason)


def _amount(effect: Effect) -> Amount:
    return Amount(minor=effect.request["minor"], asset=effect.request["asset"])
