"""The words of an order."""

from enum import StrEnum


class OrderState(StrEnum):
    PLACED = "placed"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    ASSIGNED = "assigned"
    EN_ROUTE = "en_route"
    ARRIVED = "arrived"
    IN_SERVICE = "in_service"
    COMPLETED = "completed"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    MISSED = "missed"


class OfferState(StrEnum):
    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    STOOD_DOWN = "stood_down"
    LAPSED = "lapsed"
    # Accepted an order this one replaces, and did not come.
    MISSED = "missed"


class ArrivalProof(StrEnum):
    POSITION = "position"
    CODE = "code"
    OPERATOR = "operator"


SEARCHING = frozenset({OrderState.PLACED, OrderState.OFFERED})
UNDERWAY = frozenset({OrderState.ACCEPTED, OrderState.ASSIGNED, OrderState.EN_ROUTE})
AT_THE_DOOR = frozenset({OrderState.ARRIVED, OrderState.IN_SERVICE})
# Nobody is needed any more; completed ones only wait for their confirmation.
FINISHED = frozenset(
    {
        OrderState.COMPLETED,
        OrderState.CONFIRMED,
        OrderState.DECLINED,
        OrderState.CANCELLED,
        OrderState.MISSED,
    }
)
OVER = FINISHED - {OrderState.COMPLETED}
