"""What can be ordered."""

from dataclasses import dataclass

from order_service.visit.domain.amount import Amount

# The class of service that never waits for money.
EMERGENCY = "emergency"


class ItemRefusal(Exception):
    def __init__(self, **metadata: str) -> None:
        super().__init__(" ".join(f"{key}={value}" for key, value in metadata.items()))
        self.metadata = metadata


class PriceNotPayable(ItemRefusal):
    """Price and cap must be positive amounts of one asset, the cap at least one minute."""


class CatalogueIsCitywide(ItemRefusal):
    """One catalogue and its prices hold for every region."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    name: str
    service_class: str
    price_per_minute: Amount
    price_cap: Amount
    planned_minutes: int
    certificates: tuple[str, ...] = ()
    skills: tuple[str, ...] = ()
    by_provider: bool = False

    def __post_init__(self) -> None:
        per_minute, cap = self.price_per_minute, self.price_cap
        if per_minute.asset != cap.asset or not 0 <= per_minute.minor <= cap.minor:
            raise PriceNotPayable(item=self.name)

    @property
    def is_urgent(self) -> bool:
        return self.service_class == EMERGENCY
