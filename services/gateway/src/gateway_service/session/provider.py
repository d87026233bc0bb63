"""Identity providers as the settings name them, and how each is spoken to (OpenID Connect, code flow with PKCE)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx2
import structlog
from joserfc.jwk import KeySet

from chassis.clock import monotonic
from chassis.settings import BadSettings
from gateway_service.problem.problem import Problem
from gateway_service.session.attempt import Attempt
from gateway_service.session.id_token import Expected, IdTokenRefused, public_keys, subject_of

log = structlog.get_logger(__name__)
_TIMEOUT_S = 5.0
_KEPT_S = 600.0
_KEYS_AGAIN_S = 30.0
_LARGEST = 256 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderSettings:
    """`name` is part of our addresses, `title` what the button says."""

    name: str
    title: str
    issuer: str
    client_id: str
    client_secret: str = ""

    def __repr__(self) -> str:
        return f"ProviderSettings({self.name})"


def load_providers(path: str) -> list[ProviderSettings]:
    """From a JSON file, a list of objects; none without a file."""
    if not path:
        return []
    try:
        return [ProviderSettings(**row) for row in json.loads(Path(path).read_text())]
    except (OSError, ValueError, TypeError) as wrong:
        raise BadSettings(f"ELDERCARE_GATEWAY_OIDC_PROVIDERS: cannot be used ({type(wrong).__name__})") from None


def provider_failed() -> Problem:
    return Problem("PROVIDER_FAILED", 502, "Signing in with this provider did not work. Try again, or another way.")


class Provider:
    """Made inside the running loop."""

    def __init__(self, settings: ProviderSettings) -> None:
        self.settings = settings
        self._client = httpx2.AsyncClient(timeout=_TIMEOUT_S, follow_redirects=False, trust_env=False)
        self._found: tuple[float, Mapping[str, Any]] | None = None
        self._keys: tuple[float, KeySet] | None = None

    async def address_of(self, attempt: Attempt, back: str) -> str:
        """Where the browser goes to sign in."""
        asked = {
            "response_type": "code",
            "scope": "openid",
            "client_id": self.settings.client_id,
            "redirect_uri": back,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.code_challenge,
            "code_challenge_method": "S256",
        }
        address = str((await self._discovered())["authorization_endpoint"])
        return f"{address}{'&' if '?' in address else '?'}{urlencode(asked)}"

    async def subject(self, code: str, attempt: Attempt, back: str) -> str:
        """Who came back with that code; raises Problem."""
        text = await self._traded(code, attempt, back)
        expected = Expected(issuer=self.settings.issuer, client_id=self.settings.client_id, nonce=attempt.nonce)
        try:
            try:
                return subject_of(text, await self._public_keys(), expected)
            except IdTokenRefused:  # perhaps signed with a key made a moment ago
                return subject_of(text, await self._public_keys(older_than_s=_KEYS_AGAIN_S), expected)
        except IdTokenRefused:
            log.warning("oidc.id_token_refused", provider=self.settings.name)
            raise provider_failed() from None

    async def close(self) -> None:
        await self._client.aclose()

    async def _traded(self, code: str, attempt: Attempt, back: str) -> str:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "code_verifier": attempt.verifier,
            "client_id": self.settings.client_id,
        }
        secret = self.settings.client_secret
        sender = httpx2.BasicAuth(self.settings.client_id, secret) if secret else None
        address = str((await self._discovered())["token_endpoint"])
        return str((await self._asked("POST", address, data=form, auth=sender)).get("id_token", ""))

    async def _discovered(self) -> Mapping[str, Any]:
        if self._found is None or monotonic() - self._found[0] > _KEPT_S:
            issuer = self.settings.issuer
            told = await self._asked("GET", f"{issuer.rstrip('/')}/.well-known/openid-configuration")
            wanted = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            if told.get("issuer") != issuer or not all(isinstance(told.get(name), str) for name in wanted):
                log.warning("oidc.not_the_issuer", provider=self.settings.name)
                raise provider_failed()
            self._found = monotonic(), told
        return self._found[1]

    async def _public_keys(self, older_than_s: float = _KEPT_S) -> KeySet:
        if self._keys is None or monotonic() - self._keys[0] > older_than_s:
            document = await self._asked("GET", str((await self._discovered())["jwks_uri"]))
            try:
                self._keys = monotonic(), public_keys(document)
            except (KeyError, ValueError, TypeError, AttributeError):
                raise provider_failed() from None
        return self._keys[1]

    async def _asked(self, method: str, address: str, **more: Any) -> Mapping[str, Any]:
        try:
            answer = await self._client.request(method, address, **more)
            told = json.loads(answer.content) if answer.status_code == 200 and len(answer.content) < _LARGEST else None
        except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as failure:
            log.warning("oidc.unreachable", provider=self.settings.name, reason=type(failure).__name__)
            raise provider_failed() from None
        if not isinstance(told, dict):
            log.warning("oidc.refused", provider=self.settings.name, status=answer.status_code)
            raise provider_failed()
        return told
