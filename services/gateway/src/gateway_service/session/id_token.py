"""Whether an id token of a provider is what this sign-in asked for.

Source: OpenID Connect Core 1.0, section 3.1.3.7; RFC 8725 (JWT best practice).
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from chassis.clock import wall_now

# Signatures only: a shared secret would make the client secret, or a public key, good for signing.
ALGORITHMS = ("RS256", "PS256", "ES256", "EdDSA", "Ed25519")
_PUBLIC_KINDS = frozenset({"RSA", "EC", "OKP"})
_APART_S = 60
_LONGEST_SUBJECT = 255


class IdTokenRefused(Exception):
    """Not signed by the provider, not for us, not for this sign-in, or too old."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    issuer: str
    client_id: str
    nonce: str


def public_keys(document: Mapping[str, Any]) -> KeySet:
    """The provider's public keys we can use; raises ValueError when there is none."""
    kept = [key for key in document["keys"] if key.get("kty") in _PUBLIC_KINDS and key.get("use", "sig") == "sig"]
    if not kept:
        raise ValueError("the provider shows no key we can use")
    return KeySet.import_key_set({"keys": kept})


def subject_of(text: str, keys: KeySet, expected: Expected) -> str:
    """Who the provider says it is; raises IdTokenRefused."""
    try:
        claims = jwt.decode(text, keys, algorithms=list(ALGORITHMS)).claims
        jwt.JWTClaimsRegistry(
            now=lambda: int(wall_now().timestamp()),
            leeway=_APART_S,
            iss={"essential": True, "value": expected.issuer},
            sub={"essential": True},
            aud={"essential": True, "value": expected.client_id},
            iat={"essential": True},
            exp={"essential": True},
            nonce={"essential": True},
        ).validate(claims)
    except (JoseError, ValueError, KeyError, TypeError) as bad:
        raise IdTokenRefused from bad
    _require_for_us(claims, expected)
    return str(claims["sub"])


def _require_for_us(claims: Mapping[str, Any], expected: Expected) -> None:
    """A token several parties may use names us as the one it was made for."""
    others = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    party = claims.get("azp", "" if others else expected.client_id)
    is_ours = hmac.compare_digest(str(claims["nonce"]), expected.nonce) and party == expected.client_id
    subject = claims["sub"]
    if not is_ours or not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT:
        raise IdTokenRefused
