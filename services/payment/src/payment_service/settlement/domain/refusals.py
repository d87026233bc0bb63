"""Why a settlement refuses: what was decided first stands."""

from __future__ import annotations


class AlreadyLetGo(Exception):
    """The order was cancelled or missed; its hold is gone and cannot be captured."""


class AlreadyConfirmed(Exception):
    """The order was confirmed; its hold is captured and cannot be let go."""


class PriceChanged(Exception):
    """The order was confirmed before, at another price."""
