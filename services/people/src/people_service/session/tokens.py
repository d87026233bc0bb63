"""Refresh tokens: opaque outside, at rest a hash of the newest one. Any that was ever ours is known by its tag."""

from __future__ import annotations

import hmac
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

from chassis.seal import Seals

_SECRET, _TAG = 16, 16
_WHOLE = 16 + 4 + _SECRET + _TAG


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshToken:
    session: UUID
    generation: int
    secret: bytes

    @classmethod
    def first(cls, session: UUID) -> RefreshToken:
        return cls(session=session, generation=1, secret=secrets.token_bytes(_SECRET))

    @classmethod
    def read(cls, seals: Seals, text: str) -> RefreshToken | None:
        """None for whatever we did not make."""
        try:
            whole = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        except (NotBase64, ValueError):
            return None
        body, tag = whole[:-_TAG], whole[-_TAG:]
        if len(whole) != _WHOLE or not hmac.compare_digest(tag, _tag(seals, body)):
            return None
        return cls(session=UUID(bytes=body[:16]), generation=int.from_bytes(body[16:20]), secret=body[20:])

    def text(self, seals: Seals) -> str:
        return urlsafe_b64encode(self._body + _tag(seals, self._body)).decode().rstrip("=")

    def next(self, seals: Seals, request_id: UUID) -> RefreshToken:
        """The same request makes the same successor: an answer that was lost is given again without being kept."""
        secret = seals.blind(self._body + request_id.bytes, field="refresh_token.next")[:_SECRET]
        return RefreshToken(session=self.session, generation=self.generation + 1, secret=secret)

    @property
    def hash(self) -> bytes:
        return sha256(self._body).digest()

    @property
    def _body(self) -> bytes:
        return self.session.bytes + self.generation.to_bytes(4) + self.secret

    def __repr__(self) -> str:
        return f"RefreshToken({self.session}, {self.generation}, …)"


def _tag(seals: Seals, body: bytes) -> bytes:
    return seals.blind(body, field="refresh_token")[:_TAG]
