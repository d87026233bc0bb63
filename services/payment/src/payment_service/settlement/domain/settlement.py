"""One order's money: held when accepted, captured when confirmed, let go when cancelled or missed.

Two things arrive in any order: what order decides and what the processor answers. Each verb writes its half down and
the machine goes on as soon as both halves are there. It never waits for money: what cannot be held stays a claim.

Rounding: there is none. A price arrives in whole minor units (order charges a started minute whole) and is split by
subtraction alone, vouchers first, then the secure part, then the claim; no unit is made or lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from payment_service.ledger.domain import account
from payment_service.ledger.domain.amount import Amount, AssetMismatch
from payment_service.ledger.domain.transfer import (
    Cause,
    NotPositive,
    Transfer,
    expire,
    move,
    pending_of,
    post,
    reserve,
    void,
)
from payment_service.settlement.domain.asks import Ask, Authorise, Capture, Void
from payment_service.settlement.domain.facts import Fact, HoldPlaced, HoldRefused, HoldReleased, Settled
from payment_service.settlement.domain.parts import HeldLot, Secure, Stage, State, Terms, Wanted, authorisation_key
from payment_service.settlement.domain.refusals import AlreadyConfirmed, AlreadyLetGo, PriceChanged
from payment_service.settlement.domain.rules import AUTHORISE, CLAIM, LOST, RESTORE, SPLIT
from payment_service.voucher.domain import Share


@dataclass(slots=True, kw_only=True)
class Settlement:
    name: str
    terms: Terms
    lots: list[HeldLot]
    secure: Secure
    state: State = State.HOLDING
    wanted: Wanted = Wanted.NOTHING
    price: int = 0
    secure_part: int = 0
    claim_part: int = 0
    decide_time: datetime | None = None
    settle_time: datetime | None = None
    facts: list[Fact] = field(default_factory=list)
    transfers: list[Transfer] = field(default_factory=list)
    asks: list[Ask] = field(default_factory=list)

    @classmethod
    def hold(cls, name: str, terms: Terms, shares: Sequence[Share], *, payer: str, processor: str) -> Settlement:
        """Lots first, up to the cap; the processor is asked for the rest."""
        lots = [HeldLot(lot=share.lot, pending=pending_of(share.transfer)) for share in shares]
        rest = terms.cap.minor - sum(lot.pending.minor for lot in lots)
        secure = Secure(processor=processor, payer=payer, minor=rest)
        held = cls(name=name, terms=terms, lots=lots, secure=secure)
        held.transfers.extend(share.transfer for share in shares)
        held._seek(rest)
        return held

    @classmethod
    def never_held(cls, name: str, terms: Terms, *, at: datetime) -> Settlement:
        """Cancelled before anybody accepted: whatever arrives late holds nothing."""
        return cls(
            name=name,
            terms=terms,
            lots=[],
            secure=Secure(),
            state=State.RELEASED,
            wanted=Wanted.RELEASE,
            decide_time=at,
        )

    def authorised(self, reference: str, *, at: datetime) -> None:
        if self.secure.stage is not Stage.ASKED:
            return
        self.secure = replace(self.secure, stage=Stage.AUTHORISED, reference=reference)
        pending = self.secure.pending(self.name, self.terms)
        cause = Cause(key=authorisation_key(self.name), rule=AUTHORISE, effective_time=at, settlement=self.name)
        self.transfers.append(reserve(cause, pending.source, pending.hold, pending.minor))
        if self.wanted is Wanted.RELEASE:
            self.asks.append(Void(reference=reference))
            return
        self._held()
        if self.wanted is Wanted.CAPTURE:
            self._capture(at)

    def authorisation_refused(self, reason: str, *, at: datetime) -> None:
        if self.secure.stage is not Stage.ASKED:
            return
        self.secure = replace(self.secure, stage=Stage.REFUSED)
        if self.wanted is Wanted.RELEASE:
            self._released()
            return
        self._claim_open(reason)
        if self.wanted is Wanted.CAPTURE:
            self._capture(at)

    def confirm(self, price: Amount, *, at: datetime) -> None:
        """The verified minutes have a price; said twice it is the same, at another price it is refused."""
        self._check(price)
        if self.wanted is Wanted.CAPTURE:
            return
        self.wanted, self.price, self.decide_time = Wanted.CAPTURE, price.minor, at
        if self.state is not State.HOLDING:
            self._capture(at)

    def cancel(self, *, at: datetime) -> None:
        """Cancelled or missed: the lots are restored at once, the processor is told to let go."""
        if self.wanted is Wanted.CAPTURE:
            raise AlreadyConfirmed(self.name)
        if self.wanted is Wanted.RELEASE:
            return
        self.wanted, self.state, self.decide_time = Wanted.RELEASE, State.RELEASING, at
        self._split(0, at)
        if self.secure.stage is Stage.AUTHORISED:
            self.asks.append(Void(reference=self.secure.reference))
        elif self.secure.stage is not Stage.ASKED:
            self._released()

    def reassign(self, payee: str) -> None:
        """Another worker took the order; the hold stays, the money will go elsewhere."""
        if self.wanted is Wanted.NOTHING:
            self.terms = replace(self.terms, payee=payee)

    def captured(self, *, at: datetime) -> None:
        if not self._awaits(Wanted.CAPTURE):
            return
        self.secure = replace(self.secure, stage=Stage.CAPTURED)
        cause = self._cause("secure", SPLIT, at)
        self.transfers.append(
            post(cause, self.secure.pending(self.name, self.terms), self.terms.payable, self.secure_part)
        )
        self._settle(at)

    def capture_refused(self, *, at: datetime) -> None:
        """The processor let the authorisation lapse: the work is done, so its price stays a claim."""
        if not self._awaits(Wanted.CAPTURE):
            return
        self._lose(at)
        self.claim_part, self.secure_part = self.claim_part + self.secure_part, 0
        self._settle(at)

    def voided(self, *, at: datetime) -> None:
        if self.secure.stage is Stage.AUTHORISED:
            self.secure = replace(self.secure, stage=Stage.VOIDED)
            self.transfers.append(void(self._cause("secure", RESTORE, at), self.secure.pending(self.name, self.terms)))
            self._finish(at)

    def void_refused(self, *, at: datetime) -> None:
        """The processor has nothing left to let go of."""
        if self.secure.stage is Stage.AUTHORISED:
            self._lose(at)
            self._finish(at)

    @property
    def voucher_part(self) -> int:
        """Held until it is decided, then captured."""
        return sum(lot.pending.minor if lot.captured is None else lot.captured for lot in self.lots)

    def _seek(self, rest: int) -> None:
        if rest == 0:
            self._held()
        elif not self.secure.payer:
            self.secure = replace(self.secure, minor=0)
            self._claim_open("NO_PAYER")
        else:
            self.secure = replace(self.secure, stage=Stage.ASKED)
            self.asks.append(Authorise(payer=self.secure.payer, amount=self._amount(rest)))

    def _held(self) -> None:
        self.state = State.HELD
        secure = self._amount(self.secure.minor)
        self.facts.append(HoldPlaced(voucher_part=self._amount(self.voucher_part), secure_part=secure))

    def _claim_open(self, reason: str) -> None:
        self.state = State.CLAIM_OPEN
        missing = self._amount(self.terms.cap.minor - self.voucher_part)
        self.facts.append(HoldRefused(reason=reason, claim_part=missing))

    def _capture(self, at: datetime) -> None:
        self.state = State.CAPTURING
        owed = self._split(self.price, at)
        authorised = self.secure.minor if self.secure.stage is Stage.AUTHORISED else 0
        self.secure_part = min(owed, authorised)
        self.claim_part = owed - self.secure_part
        if self.secure_part:
            self.asks.append(Capture(reference=self.secure.reference, amount=self._amount(self.secure_part)))
        elif authorised:
            self.asks.append(Void(reference=self.secure.reference))
        else:
            self._settle(at)

    def _split(self, owed: int, at: datetime) -> int:
        """Takes from the held lots in their order, restores what is left of them; returns what is still owed."""
        for place, held in enumerate(self.lots):
            taken = min(owed, held.pending.minor)
            owed -= taken
            self.lots[place] = replace(held, captured=taken)
            cause = self._cause(held.lot, SPLIT if taken else RESTORE, at)
            pending = held.pending
            self.transfers.append(post(cause, pending, self.terms.payable, taken) if taken else void(cause, pending))
        return owed

    def _finish(self, at: datetime) -> None:
        if self.wanted is Wanted.RELEASE:
            self._released()
        else:
            self._settle(at)

    def _released(self) -> None:
        self.state = State.RELEASED
        self.facts.append(HoldReleased())

    def _settle(self, at: datetime) -> None:
        self.state, self.settle_time = State.SETTLED, at
        if self.claim_part:
            owes = account.claim(self.terms.person, self.terms.asset)
            self.transfers.append(move(self._cause("claim", CLAIM, at), owes, self.terms.payable, self.claim_part))
        price, vouchers = self._amount(self.price), self._amount(self.voucher_part)
        secure, claim = self._amount(self.secure_part), self._amount(self.claim_part)
        self.facts.append(Settled(price=price, voucher_part=vouchers, secure_part=secure, claim_part=claim))

    def _lose(self, at: datetime) -> None:
        self.secure = replace(self.secure, stage=Stage.VOIDED)
        self.transfers.append(expire(self._cause("secure", LOST, at), self.secure.pending(self.name, self.terms)))

    def _check(self, price: Amount) -> None:
        if price.asset != self.terms.asset:
            raise AssetMismatch(f"{price.asset} where {self.terms.asset} was held")
        if price.minor < 0:
            raise NotPositive(self.name)
        if self.wanted is Wanted.RELEASE:
            raise AlreadyLetGo(self.name)
        if self.wanted is Wanted.CAPTURE and price.minor != self.price:
            raise PriceChanged(self.name)

    def _awaits(self, wanted: Wanted) -> bool:
        return self.wanted is wanted and self.state is State.CAPTURING and self.secure.stage is Stage.AUTHORISED

    def _cause(self, part: str, rule: str, at: datetime) -> Cause:
        return Cause(key=f"{self.name}:resolve:{part}", rule=rule, effective_time=at, settlement=self.name)

    def _amount(self, minor: int) -> Amount:
        return Amount(minor=minor, asset=self.terms.asset)
