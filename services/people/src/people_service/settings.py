"""Every environment variable this service reads."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from chassis.settings import BadSettings, env


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleSettings:
    token_minutes: int = env("ELDERCARE_PEOPLE_TOKEN_MINUTES", "Lifetime of a sign-in, 1 to 15 minutes", default=15)
    argon2_memory_kib: int = env("ELDERCARE_PEOPLE_ARGON2_MEMORY_KIB", "Memory one password takes", default=19_456)
    argon2_passes: int = env("ELDERCARE_PEOPLE_ARGON2_PASSES", "Passes over that memory", default=2)

    def __post_init__(self) -> None:
        if not 1 <= self.token_minutes <= 15:
            raise BadSettings("ELDERCARE_PEOPLE_TOKEN_MINUTES: must be 1 to 15")
        if self.argon2_memory_kib < 1_024 or self.argon2_passes < 1:
            raise BadSettings("ELDERCARE_PEOPLE_ARGON2_*: at least 1024 KiB and one pass")

    @property
    def longest_token(self) -> timedelta:
        return timedelta(minutes=self.token_minutes)
