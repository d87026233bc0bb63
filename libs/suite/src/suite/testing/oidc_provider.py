"""A made-up identity provider (OpenID Connect) as a process of its own: test equipment, it signs in whoever comes.

`python -m suite.testing.oidc_provider CLIENT_ID CLIENT_SECRET` prints its issuer and serves until it is ended.
POST /next says what is wrong with the next id token, and who comes: {"subject": …, "claims": {…}, "signed": "HS256"}.
"""

from __future__ import annotations

import hmac
import json
import secrets
import sys
from base64 import b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

from chassis.clock import wall_now


def _part(content: object) -> str:
    return urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


@dataclass(slots=True, kw_only=True)
class MadeUp:
    """Its keys, the codes it gave out, and what comes next."""

    client_id: str
    client_secret: str
    issuer: str = ""
    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "made-up-1", "use": "sig"}))
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    next: dict[str, Any] = field(default_factory=dict)

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
        }

    def keys(self) -> dict[str, Any]:
        return {"keys": [self.key.as_dict(private=False)]}

    def authorized(self, asked: dict[str, str]) -> str:
        """Where the browser is sent back to, with a code."""
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        told = {"code": code, "state": asked["state"], "iss": self.issuer}
        return f"{asked['redirect_uri']}?{urlencode(told)}"

    def traded(self, form: dict[str, str], basic: str) -> dict[str, Any] | None:
        """None for a wrong client, code, address or verifier; a code is good once."""
        asked = self.codes.pop(form.get("code", ""), None)
        challenge = urlsafe_b64encode(sha256(form.get("code_verifier", "").encode()).digest()).decode().rstrip("=")
        known = basic == f"{self.client_id}:{self.client_secret}"
        if not asked or not known or asked["redirect_uri"] != form.get("redirect_uri"):
            return None
        if asked["code_challenge_method"] != "S256" or asked["code_challenge"] != challenge:
            return None
        return {"access_token": secrets.token_urlsafe(16), "token_type": "Bearer", "id_token": self._id_token(asked)}

    def _id_token(self, asked: dict[str, str]) -> str:
        now, wanted = int(wall_now().timestamp()), self.next
        claims = {
            "iss": self.issuer,
            "sub": wanted.get("subject", "made-up-subject"),
            "aud": self.client_id,
            "nonce": asked["nonce"],
            "iat": now,
            "exp": now + 300,
        } | wanted.get("claims", {})
        return self._signed({name: value for name, value in claims.items() if value is not None})

    def _signed(self, claims: dict[str, Any]) -> str:
        how = self.next.get("signed", "RS256")
        if how == "none":
            return f"{_part({'alg': 'none'})}.{_part(claims)}."
        if how == "HS256":  # with the public key as if it were a shared secret
            body = f"{_part({'alg': 'HS256', 'kid': self.key.kid})}.{_part(claims)}"
            seal = hmac.digest(self.key.as_pem(private=False), body.encode(), "sha256")
            return f"{body}.{urlsafe_b64encode(seal).decode().rstrip('=')}"
        if how == "other":
            other = RSAKey.generate_key(2048, {"kid": str(self.key.kid)})
            return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, other)
        if how == "new":  # rotated a moment ago
            self.key = RSAKey.generate_key(2048, {"kid": f"made-up-{secrets.token_hex(4)}", "use": "sig"})
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, self.key)


class _Door(BaseHTTPRequestHandler):
    house: MadeUp

    def do_GET(self) -> None:
        path, told = urlsplit(self.path), {k: v[0] for k, v in parse_qs(urlsplit(self.path).query).items()}
        if path.path == "/authorize":
            self.send_response(302)
            self.send_header("Location", self.house.authorized(told))
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif path.path == "/.well-known/openid-configuration":
            self._answer(self.house.discovery())
        else:
            self._answer(self.house.keys())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        if self.path == "/next":
            self.house.next = json.loads(body)
            self._answer({})
            return
        basic = b64decode(self.headers.get("Authorization", "").removeprefix("Basic ")).decode()
        traded = self.house.traded({k: v[0] for k, v in parse_qs(body).items()}, basic)
        self._answer(traded or {"error": "invalid_grant"}, 200 if traded else 400)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's own name
        """Says nothing: codes stand in its addresses."""

    def _answer(self, content: object, status: int = 200) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


def main() -> None:
    client_id, client_secret = sys.argv[1:3]
    house = MadeUp(client_id=client_id, client_secret=client_secret)
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Door", (_Door,), {"house": house}))
    house.issuer = f"http://127.0.0.1:{server.server_address[1]}"
    sys.stdout.write(f"{house.issuer}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
