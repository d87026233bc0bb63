"""Percentiles of what was really seen."""

from collections.abc import Iterable
from math import ceil


def percentile(values: Iterable[float], share: float) -> float:
    """The smallest value that at least `share` (0 to 1) of all values do not exceed; raises ValueError without any."""
    ordered = sorted(values)
    if not ordered:
        raise ValueError("no values")
    return ordered[max(0, ceil(len(ordered) * share) - 1)]
