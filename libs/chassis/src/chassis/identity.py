"""Signed callers: short Ed25519 tokens. `people` may vouch for persons, every other service only for itself.

Source: RFC 7519 (JWT), RFC 8037 (EdDSA in JOSE).
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey

from chassis.clock import monotonic, wall_now
from chassis.context import Caller
from chassis.refusal import Refusal

ALGORITHM = "Ed25519"
AUDIENCE = "eldercare"
LONGEST_LIFE = timedelta(minutes=15)
_OWN_LIFE = timedelta(minutes=5)
APART_S = 60  # what clocks of two hosts may differ by
_VOUCHES_FOR_PERSONS = "services/people"
_MOST_REMEMBERED = 4096


class CallerUnknown(Refusal):
    status = "UNAUTHENTICATED"
    sentence = "Sign in again: the token is missing, expired or not signed by us."


@dataclass(frozen=True, slots=True)
class _OwnToken:
    token: str
    good_until: float


class _Claims(jwt.JWTClaimsRegistry):
    """A caller whose clock is a little ahead issues its tokens a little in our future."""

    def validate_iat(self, value: object) -> None:
        super().validate_iat(value - APART_S if isinstance(value, int) else value)


class Identity:
    """One service's signing key and the public keys it trusts. A key id is `services/<name>#<n>`."""

    def __init__(self, service: str, key: OKPKey, trusted: KeySet) -> None:
        self.name = f"services/{service}"
        self._key, self._trusted = key, trusted
        self._own: _OwnToken | None = None
        self._whole: dict[str, tuple[Caller, int]] = {}  # tokens found whole, and until when they are good

    @classmethod
    def load(cls, service: str, key_path: Path, trusted_path: Path) -> "Identity":
        trusted = KeySet.import_key_set(json.loads(trusted_path.read_text()))
        return cls(service, OKPKey.import_key(json.loads(key_path.read_text())), trusted)

    def vouch(self, subject: str, roles: Sequence[str], lifetime: timedelta = LONGEST_LIFE) -> str:
        """A token that says who someone is; lifetimes beyond 15 minutes are cut."""
        now = wall_now()
        claims = {
            "iss": self.name,
            "sub": subject,
            "aud": AUDIENCE,
            "roles": list(roles),
            "iat": int(now.timestamp()),
            "exp": int((now + min(lifetime, LONGEST_LIFE)).timestamp()),
        }
        return jwt.encode({"alg": ALGORITHM, "kid": self._key.kid}, claims, self._key, algorithms=[ALGORITHM])

    def sign(self, text: bytes) -> bytes:
        """Ed25519 over bytes that outlive any token."""
        return cast("Ed25519PrivateKey", self._key.private_key).sign(text)

    @property
    def public_key(self) -> dict[str, str]:
        """What proves it: a JWK with the key's id."""
        return {name: str(value) for name, value in sorted(self._key.as_dict(private=False).items())}

    def own_token(self) -> str:
        """This service's own token, reused for most of its life."""
        if self._own is None or monotonic() > self._own.good_until:
            token = self.vouch(self.name, [], _OWN_LIFE)
            self._own = _OwnToken(token, monotonic() + _OWN_LIFE.total_seconds() / 2)
        return self._own.token

    def verify(self, token: str) -> Caller:
        """The caller a token speaks for; raises CallerUnknown for anything that is not whole."""
        caller, until = self._whole.get(token, (None, 0))
        if caller is None or until < int(wall_now().timestamp()):
            caller, until = self._verified(token)
            if len(self._whole) >= _MOST_REMEMBERED:
                self._whole.clear()
            self._whole[token] = caller, until
        return caller

    def _verified(self, token: str) -> tuple[Caller, int]:
        """The caller, and the Unix time of the token's last second."""
        try:
            decoded = jwt.decode(token, self._trusted, algorithms=[ALGORITHM])
            _Claims(
                now=lambda: int(wall_now().timestamp()),
                iss={"essential": True},
                sub={"essential": True},
                iat={"essential": True},
                exp={"essential": True},
                aud={"essential": True, "value": AUDIENCE},
            ).validate(decoded.claims)
            issuer, subject = str(decoded.claims["iss"]), str(decoded.claims["sub"])
            roles = tuple(str(role) for role in decoded.claims.get("roles", ()))
            until = int(decoded.claims["exp"])
            life = timedelta(seconds=decoded.claims["exp"] - decoded.claims["iat"])
        except (JoseError, ValueError, KeyError, TypeError) as bad:
            raise CallerUnknown from bad
        signer = str(decoded.header.get("kid", "")).partition("#")[0]
        if signer != issuer or not _may_vouch(issuer, subject) or life > LONGEST_LIFE:
            raise CallerUnknown
        # A service is what its key says; roles are of persons, and only people vouches for those.
        return Caller(subject=subject, roles=roles if subject.startswith("persons/") else ()), until


def _may_vouch(issuer: str, subject: str) -> bool:
    if subject.startswith("persons/"):
        return issuer == _VOUCHES_FOR_PERSONS
    return subject == issuer


def generate_keys(services: Sequence[str]) -> tuple[dict[str, str], str]:
    """A private key a service (as JSON) and the set of all public ones."""
    keys = {name: OKPKey.generate_key("Ed25519", {"kid": f"services/{name}#1"}) for name in services}
    private = {name: json.dumps(key.as_dict(private=True)) for name, key in keys.items()}
    return private, json.dumps({"keys": [key.as_dict(private=False) for key in keys.values()]})
