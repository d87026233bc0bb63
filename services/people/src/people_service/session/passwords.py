"""argon2id. An unknown login costs as much as a wrong password."""

from __future__ import annotations

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from people_service.session.domain import normal_password


class Passwords:
    def __init__(self, *, memory_kib: int, passes: int) -> None:
        self._hasher = PasswordHasher(memory_cost=memory_kib, time_cost=passes, parallelism=1)
        self._nobody = self._hasher.hash(secrets.token_urlsafe())

    def hashed(self, password: str) -> str:
        return self._hasher.hash(normal_password(password))

    def matches(self, password_hash: str | None, password: str) -> bool:
        """Tell whether the password is right; without a hash the work is done all the same and the answer is no."""
        try:
            self._hasher.verify(password_hash or self._nobody, normal_password(password))
        except (VerificationError, InvalidHashError):
            return False
        return password_hash is not None

    def is_outdated(self, password_hash: str) -> bool:
        """Tell whether the hash was made with other costs than today's."""
        return self._hasher.check_needs_rehash(password_hash)
