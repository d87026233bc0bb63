"""Every environment variable order reads."""

from dataclasses import dataclass

from chassis.settings import env


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSettings:
    radius_m: int = env("ELDERCARE_ORDER_RADIUS_M", "The farthest a worker is searched for, metres", default=5_000)
