"""Every environment variable order reads."""

from dataclasses import dataclass

from chassis.settings import env


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderSettings:
    radius_m: int = env("ELDERCARE_ORDER_RADIUS_M", "The farthest a worker is searched for, metres", default=5_000)
    duty_desk_url: str = env("ELDERCARE_DUTY_DESK_URL", "Where the duty desk takes pages, http or https", default="")
    duty_desk_secret: str = env(
        "ELDERCARE_DUTY_DESK_SECRET", "Shared secret that signs pages to the duty desk", default=""
    )
