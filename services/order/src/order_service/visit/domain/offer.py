"""An order offered to one worker, or to one provider."""

from dataclasses import dataclass

from order_service.visit.domain.words import OfferState


@dataclass(slots=True, kw_only=True)
class Offer:
    # persons/…, or providers/… when the order is offered to providers.
    worker: str
    # The employer; empty for a volunteer.
    provider: str
    state: OfferState
    round: int
    ring: int
    # Metres when offered; unknown without a position.
    distance_m: float | None = None

    @property
    def is_to_provider(self) -> bool:
        return self.worker == self.provider

    @property
    def is_live(self) -> bool:
        return self.state is OfferState.OFFERED
