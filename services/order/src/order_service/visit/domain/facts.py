"""What happens to an order."""

from dataclasses import dataclass
from datetime import datetime

from order_service.visit.domain.amount import Amount


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderPlaced:
    order: str
    number: str
    incident: str
    person: str
    item: str
    urgent: bool
    service_region: str
    payer_region: str
    deadline_time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderOffered:
    order: str
    number: str
    incident: str
    workers: tuple[str, ...]
    ring: int
    deadline_time: datetime
    urgent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderUnanswered:
    order: str
    number: str
    incident: str
    responsible: str
    deadline_time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferDeclined:
    order: str
    worker: str = ""
    provider: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderAccepted:
    order: str
    number: str
    incident: str
    person: str
    worker: str
    provider: str
    item: str
    service_class: str
    price_cap: Amount
    urgent: bool
    payer_region: str
    stood_down: tuple[str, ...]
    deadline_time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerDeparted:
    order: str
    incident: str
    worker: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerArrived:
    order: str
    incident: str
    worker: str
    proof: str
    distance_m: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceStarted:
    order: str
    incident: str
    worker: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceCompleted:
    order: str
    incident: str
    worker: str
    verified_minutes: int
    hand_over: str
    price: Amount
    confirm_due_time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderConfirmed:
    order: str
    incident: str
    person: str
    provider: str
    service_class: str
    verified_minutes: int
    price: Amount
    confirmer: str
    payer_region: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCancelled:
    order: str
    incident: str
    reason: str
    worker: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderMissed:
    order: str
    incident: str
    worker: str
    replacement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderOverdue:
    order: str
    number: str
    incident: str
    worker: str
    state: str
    responsible: str
    deadline_time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderOfferedToProviders:
    order: str
    incident: str
    providers: tuple[str, ...]
    ring: int
    deadline_time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderAccepted:
    order: str
    incident: str
    provider: str
    deadline_time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkerReplaced:
    order: str
    number: str
    incident: str
    person: str
    worker: str
    former_worker: str
    provider: str
    urgent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class OffersWithdrawn:
    order: str
    providers: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderReleased:
    order: str
    provider: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderRated:
    order: str
    worker: str
    provider: str
    score: int
    reasons: tuple[str, ...]


OrderFact = (
    OrderPlaced
    | OrderOffered
    | OrderUnanswered
    | OfferDeclined
    | OrderAccepted
    | WorkerDeparted
    | WorkerArrived
    | ServiceStarted
    | ServiceCompleted
    | OrderConfirmed
    | OrderCancelled
    | OrderMissed
    | OrderOverdue
    | OrderOfferedToProviders
    | ProviderAccepted
    | WorkerReplaced
    | OffersWithdrawn
    | ProviderReleased
    | OrderRated
)
