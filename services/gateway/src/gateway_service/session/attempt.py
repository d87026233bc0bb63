"""One try to sign in with a provider: what the browser that began it brings back. In a cookie, for ten minutes."""

import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import asdict, dataclass
from hashlib import sha256

from fastapi import Request, Response

COOKIE = "eldercare_oidc"
PATH = "/v1/oidc"
LIFE_S = 600


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """`state` ties the answer to this browser, `nonce` the id token to this try, `verifier` the code to us (PKCE)."""

    provider: str
    state: str
    nonce: str
    verifier: str
    wanted: str

    @classmethod
    def begun(cls, provider: str, wanted: str) -> "Attempt":
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        return cls(provider=provider, state=state, nonce=nonce, verifier=verifier, wanted=wanted)

    @property
    def code_challenge(self) -> str:
        """S256 of RFC 7636."""
        return urlsafe_b64encode(sha256(self.verifier.encode()).digest()).decode().rstrip("=")

    def is_answered_by(self, provider: str, state: str) -> bool:
        return self.provider == provider and secrets.compare_digest(self.state.encode(), state.encode())

    def keep(self, response: Response, *, secure: bool) -> None:
        """Lax: the provider sends the browser back from its own site."""
        text = urlsafe_b64encode(json.dumps(asdict(self)).encode()).decode()
        response.set_cookie(COOKIE, text, max_age=LIFE_S, path=PATH, httponly=True, samesite="lax", secure=secure)

    @classmethod
    def of(cls, request: Request) -> "Attempt | None":
        try:
            row = json.loads(urlsafe_b64decode(request.cookies.get(COOKIE, "")))
            return cls(**{name: str(row[name]) for name in cls.__slots__})
        except (NotBase64, ValueError, KeyError, TypeError):
            return None

    @staticmethod
    def forget(response: Response) -> None:
        response.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="lax")
