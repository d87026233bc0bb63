"""Signed callers: short Ed25519 tokens. `people` vouches for persons and providers, all others only for themselves.

Source: RFC 7519 (JWT), RFC 8037 (EdDSA in JOSE).
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey

from chassis.clock import monotonic, wall_now
from chassis.context import Caller
from chassis.keyfile import KeyFile
from chassis.refusal import Refusal

ALGORITHM = "Ed25519"
AUDIENCE = "eldercare"
LONGEST_LIFE = timedelta(minutes=15)
_OWN_LIFE = timedelta(minutes=5)
APART_S = 60  # what clocks of two hosts may differ by
_VOUCHES_FOR_OTHERS = "services/people"
_OTHERS = ("persons/", "providers/")
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
    """One service's signing key and the public keys it trusts. A key id is `services/<name>#<n>`; a service may have
    several at a time, so that one takes over from another without anybody having to sign in again."""

    def __init__(self, service: str, key: OKPKey, trusted: KeySet) -> None:
        self.name = f"services/{service}"
        self._signing: Callable[[], OKPKey] = lambda: key
        self._trusting: Callable[..., KeySet] = lambda **_: trusted
        self._trusted = trusted
        self._own: _OwnToken | None = None
        self._whole: dict[str, tuple[Caller, int]] = {}  # tokens found whole, and until when they are good

    @classmethod
    def load(cls, service: str, key_path: Path, trusted_path: Path) -> "Identity":
        """Both files may be replaced while the process runs."""
        signing, trusting = KeyFile(key_path, _key_of), KeyFile(trusted_path, _keys_of)
        identity = cls(service, signing.value(), trusting.value())
        identity._signing, identity._trusting = signing.value, trusting.value
        return identity

    @property
    def _key(self) -> OKPKey:
        return self._signing()

    def vouch(
        self,
        subject: str,
        roles: Sequence[str],
        lifetime: timedelta = LONGEST_LIFE,
        session: str = "",
        *,
        scopes: Sequence[str] | None = None,
    ) -> str:
        """A token that says who someone is; lifetimes beyond 15 minutes are cut. With scopes it opens only those."""
        now, key = wall_now(), self._key
        limits: dict[str, Any] = {} if scopes is None else {"scopes": list(scopes)}
        claims = limits | {
            "iss": self.name,
            "sub": subject,
            "aud": AUDIENCE,
            "roles": list(roles),
            "iat": int(now.timestamp()),
            "exp": int((now + min(lifetime, LONGEST_LIFE)).timestamp()),
        }
        if session:
            claims["sid"] = session
        return jwt.encode({"alg": ALGORITHM, "kid": key.kid}, claims, key, algorithms=[ALGORITHM])

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
        self._look_at_keys(self._trusting())
        caller, until = self._whole.get(token, (None, 0))
        if caller is None or until < int(wall_now().timestamp()):
            caller, until = self._verified(token)
            if len(self._whole) >= _MOST_REMEMBERED:
                self._whole.clear()
            self._whole[token] = caller, until
        return caller

    def _look_at_keys(self, trusted: KeySet) -> None:
        """What a key that is no longer trusted has signed is forgotten with it."""
        if trusted is not self._trusted:
            self._trusted = trusted
            self._whole.clear()

    def _verified(self, token: str) -> tuple[Caller, int]:
        """The caller, and the Unix time of the token's last second. A key made a moment ago is known already."""
        self._look_at_keys(self._trusting(now=True))
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
            session = str(decoded.claims.get("sid", ""))
            scopes = None if "scopes" not in decoded.claims else tuple(str(each) for each in decoded.claims["scopes"])
            until = int(decoded.claims["exp"])
            life = timedelta(seconds=decoded.claims["exp"] - decoded.claims["iat"])
        except (JoseError, ValueError, KeyError, TypeError) as bad:
            raise CallerUnknown from bad
        signer = str(decoded.header.get("kid", "")).partition("#")[0]
        if signer != issuer or not _may_vouch(issuer, subject) or life > LONGEST_LIFE:
            raise CallerUnknown
        if subject.startswith("providers/") and scopes is None:
            raise CallerUnknown
        # A service is what its key says; only people vouches for the roles of others.
        if not subject.startswith(_OTHERS):
            return Caller(subject=subject, until=until), until
        return Caller(subject=subject, roles=roles, session=session, scopes=scopes, until=until), until


def _may_vouch(issuer: str, subject: str) -> bool:
    if subject.startswith(_OTHERS):
        return issuer == _VOUCHES_FOR_OTHERS
    return subject == issuer


def _key_of(text: str) -> OKPKey:
    return OKPKey.import_key(json.loads(text))


def _keys_of(text: str) -> KeySet:
    return KeySet.import_key_set(json.loads(text))


def generate_keys(services: Sequence[str]) -> tuple[dict[str, str], str]:
    """A private key a service (as JSON) and the set of all public ones."""
    keys = {name: generate_key(f"services/{name}#1") for name in services}
    private = {name: json.dumps(key.as_dict(private=True)) for name, key in keys.items()}
    return private, json.dumps({"keys": [key.as_dict(private=False) for key in keys.values()]})


def generate_key(kid: str) -> OKPKey:
    return OKPKey.generate_key("Ed25519", {"kid": kid})
