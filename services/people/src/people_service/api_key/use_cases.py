"""Verbs about API keys: an operator of the provider's region issues and revokes, its system trades them for tokens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from chassis.refusal import NotFound, Refusal
from chassis.work import Work
from people_service.api_key import store
from people_service.api_key.domain import ApiKey, digest_of, name_in, require_room

Vouch = Callable[..., str]


class ApiKeyRefused(Refusal):
    """Unknown, wrong, expired and revoked look the same."""

    status = "UNAUTHENTICATED"
    sentence = "This key is not valid. Ask the operator of your region for a new one."


@dataclass(frozen=True, slots=True, kw_only=True)
class Traded:
    token: str
    expires_at: datetime
    key: ApiKey


def issue(work: Work, name: str, secret: str, *, provider: str, scopes: tuple[str, ...], life: timedelta) -> ApiKey:
    """Keys of one provider are issued one after the other, or three could be valid at once."""
    work.lock(provider)
    require_room(store.of_provider(work, provider), work.now)
    key = ApiKey(
        name=name,
        provider=provider,
        digest=digest_of(secret),
        scopes=tuple(sorted(scopes)),
        create_time=work.now,
        expire_time=work.now + life,
    )
    store.add(work, key, issuer=work.context.actor)
    return key


def revoke(work: Work, name: str) -> ApiKey:
    """Revoked twice is revoked once."""
    if store.load(work, name, lock=True) is None:
        raise NotFound(name)
    store.revoke(work, name)
    return _known(work, name)


def trade(work: Work, secret: str, vouch: Vouch, longest: timedelta) -> Traded:
    key = store.load(work, name_in(secret))
    if key is None or not key.opens_with(secret, work.now):
        raise ApiKeyRefused
    store.note_use(work, key.name)
    life = key.token_lifetime(work.now, longest)
    token = vouch(key.provider, [f"provider@{key.provider}"], life, scopes=key.scopes)
    return Traded(token=token, expires_at=work.now + life, key=key)


def _known(work: Work, name: str) -> ApiKey:
    key = store.load(work, name)
    if key is None:
        raise NotFound(name)
    return key
