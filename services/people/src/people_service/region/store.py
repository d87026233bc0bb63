"""SQL of regions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chassis.work import Work
from people_service.region.domain import Region

_COLUMNS = "name, display_name, time_zone, version"


def load(work: Work, name: str, *, lock: bool = False) -> Region | None:
    row = work.one(f"SELECT {_COLUMNS} FROM regions WHERE name = %s" + (" FOR UPDATE" if lock else ""), (name,))  # noqa: S608
    return _region(row) if row else None


def is_known(work: Work, name: str) -> bool:
    return work.one("SELECT 1 AS known FROM regions WHERE name = %s", (name,)) is not None


def save(work: Work, region: Region) -> None:
    work.run(
        """
        INSERT INTO regions (name, display_name, time_zone, version) VALUES (%s, %s, %s, %s)
        ON CONFLICT (name) DO UPDATE
        SET display_name = excluded.display_name, time_zone = excluded.time_zone, version = excluded.version
        """,
        (region.name, region.display_name, region.time_zone, region.version),
    )


def after(work: Work, cursor: str, limit: int) -> list[Region]:
    """Return and lock the regions that follow the cursor: parents come before children."""
    rows = work.all(
        f"SELECT {_COLUMNS} FROM regions WHERE name > %s ORDER BY name LIMIT %s FOR UPDATE",  # noqa: S608
        (cursor, limit),
    )
    return [_region(row) for row in rows]


def _region(row: Mapping[str, Any]) -> Region:
    return Region(
        name=row["name"], display_name=row["display_name"], time_zone=row["time_zone"], version=row["version"]
    )
