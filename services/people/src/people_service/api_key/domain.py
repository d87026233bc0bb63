"""A key of a provider's own system: a name that may be written down, and a secret that is shown once."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from hmac import compare_digest

AT_ONCE = 2
USUAL_DAYS = 90
_SECRET = re.compile(r"ekp_([0-9a-f]{32})_([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})_([0-9A-Za-z_-]{43})")


class TooManyKeys(Exception):
    """Two keys are valid: the old one and the one that replaces it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    name: str
    provider: str
    digest: bytes
    scopes: tuple[str, ...]
    create_time: datetime
    expire_time: datetime
    revoke_time: datetime | None = None
    last_use_time: datetime | None = None

    def is_valid(self, now: datetime) -> bool:
        return self.revoke_time is None and now < self.expire_time

    def opens_with(self, secret: str, now: datetime) -> bool:
        """The digest is compared in any case: the time it takes says nothing."""
        return compare_digest(self.digest, digest_of(secret)) and self.is_valid(now)

    def token_lifetime(self, now: datetime, longest: timedelta) -> timedelta:
        return min(longest, self.expire_time - now)


def drawn_secret(name: str) -> str:
    """The provider and the key are named in it, so that a lost one can be revoked by whoever finds it in a file."""
    _, provider, _, key = name.split("/")
    return f"ekp_{provider.replace('-', '')}_{key}_{secrets.token_urlsafe(32)}"


def name_in(secret: str) -> str:
    """The key a secret belongs to; empty when it is none of ours."""
    found = _SECRET.fullmatch(secret)
    if found is None:
        return ""
    plain = found[1]
    provider = "-".join((plain[:8], plain[8:12], plain[12:16], plain[16:20], plain[20:]))
    return f"providers/{provider}/apiKeys/{found[2]}"


def provider_of(name: str) -> str:
    return "/".join(name.split("/")[:2])


def digest_of(secret: str) -> bytes:
    return sha256(secret.encode()).digest()


def require_room(keys: Iterable[ApiKey], now: datetime) -> None:
    if sum(key.is_valid(now) for key in keys) >= AT_ONCE:
        raise TooManyKeys
