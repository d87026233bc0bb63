"""A position as told by an app → the contract's."""

from chassis.clock import wall_now
from eldercare.order.v1.order_pb2 import Position
from gateway_service.codes import stamp_of
from gateway_service.v1.shapes import PositionInput


def position_of(told: PositionInput) -> Position:
    """A position without a time is one of now."""
    fixed = told.fix_time or wall_now()
    return Position(lat=told.lat, lon=told.lon, accuracy_m=told.accuracy_m, fix_time=stamp_of(fixed))
