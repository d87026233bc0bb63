"""Every environment variable this service reads."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.settings import BadSettings, env

SECRETS = "ELDERCARE_PAYMENT_PROCESSOR_SECRET"


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentSettings:
    processor: str = env("ELDERCARE_PAYMENT_PROCESSOR", "Which processor new payers are bound to", default="sandbox")
    processor_url: str = env("ELDERCARE_PAYMENT_PROCESSOR_URL", "Where the processor listens, http://host:port")
    processor_secrets: str = env(
        SECRETS, "Secret shared with the processor; while it is being replaced both, the new one first, comma between"
    )
    processor_timeout_s: float = env("ELDERCARE_PAYMENT_PROCESSOR_TIMEOUT_S", "Patience with one call", default=3.0)
    time_zone: str = env(
        "ELDERCARE_PAYMENT_TIME_ZONE", "Civil zone of a region people has not told of", default="Asia/Shanghai"
    )

    def __post_init__(self) -> None:
        if not secrets_of(self.processor_secrets):
            raise BadSettings(f"{SECRETS}: is empty")
        if not 0 < self.processor_timeout_s <= 4:
            raise BadSettings("ELDERCARE_PAYMENT_PROCESSOR_TIMEOUT_S: above 0, at most 4 (two calls fit one effect)")


def secrets_of(text: str) -> tuple[str, ...]:
    return tuple(secret.strip() for secret in text.split(",") if secret.strip())
