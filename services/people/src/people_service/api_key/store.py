"""SQL of API keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chassis.work import Work
from people_service.api_key.domain import ApiKey

SHOWN = 100
_COLUMNS = "name, provider, digest, scopes, create_time, expire_time, revoke_time, last_use_time"


def add(work: Work, key: ApiKey, *, issuer: str) -> None:
    work.run(
        """INSERT INTO api_keys (name, provider, digest, scopes, issuer, create_time, expire_time)
           VALUES (%s, %s, %s, %s, %s, %s, %s)""",
        (key.name, key.provider, key.digest, list(key.scopes), issuer, key.create_time, key.expire_time),
    )


def load(work: Work, name: str, *, lock: bool = False) -> ApiKey | None:
    row = work.one(f"SELECT {_COLUMNS} FROM api_keys WHERE name = %s" + (" FOR UPDATE" if lock else ""), (name,))  # noqa: S608
    return _key(row) if row else None


def of_provider(work: Work, provider: str) -> list[ApiKey]:
    """Newest first."""
    rows = work.all(
        f"SELECT {_COLUMNS} FROM api_keys WHERE provider = %s ORDER BY create_time DESC, name DESC LIMIT %s",  # noqa: S608
        (provider, SHOWN),
    )
    return [_key(row) for row in rows]


def revoke(work: Work, name: str) -> None:
    work.run("UPDATE api_keys SET revoke_time = app_now() WHERE name = %s AND revoke_time IS NULL", (name,))


def note_use(work: Work, name: str) -> None:
    """To the hour: a key that is traded every few minutes does not write each time."""
    work.run(
        """UPDATE api_keys SET last_use_time = date_trunc('hour', app_now())
           WHERE name = %s AND coalesce(last_use_time, '-infinity') < date_trunc('hour', app_now())""",
        (name,),
    )


def _key(row: Mapping[str, Any]) -> ApiKey:
    return ApiKey(**(dict(row) | {"digest": bytes(row["digest"]), "scopes": tuple(row["scopes"])}))
