"""SQL of providers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chassis.work import Work
from people_service.provider.domain import Provider

_COLUMNS = "name, region, display_name, service_classes, version"


def load(work: Work, name: str, *, lock: bool = False) -> Provider | None:
    row = work.one(f"SELECT {_COLUMNS} FROM providers WHERE name = %s" + (" FOR UPDATE" if lock else ""), (name,))  # noqa: S608
    return _provider(row) if row else None


def region_of(work: Work, name: str) -> str | None:
    row = work.one("SELECT region FROM providers WHERE name = %s", (name,))
    return row["region"] if row else None


def save(work: Work, provider: Provider) -> None:
    work.run(
        """
        INSERT INTO providers (name, region, display_name, service_classes, version) VALUES (%s, %s, %s, %s, %s)
        ON CONFLICT (name) DO UPDATE
        SET region = excluded.region, display_name = excluded.display_name,
            service_classes = excluded.service_classes, version = excluded.version
        """,
        (provider.name, provider.region, provider.display_name, list(provider.service_classes), provider.version),
    )


def after(work: Work, cursor: str, limit: int) -> list[Provider]:
    """Return and lock the providers that follow the cursor."""
    rows = work.all(
        f"SELECT {_COLUMNS} FROM providers WHERE name > %s ORDER BY name LIMIT %s FOR UPDATE",  # noqa: S608
        (cursor, limit),
    )
    return [_provider(row) for row in rows]


def _provider(row: Mapping[str, Any]) -> Provider:
    return Provider(
        name=row["name"],
        region=row["region"],
        display_name=row["display_name"],
        service_classes=tuple(row["service_classes"]),
        version=row["version"],
    )
