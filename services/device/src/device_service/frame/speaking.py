"""The devices whose frames wait to be stored: whose they are, and what they said a moment ago."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from psycopg.rows import DictRow

from chassis.work import Work
from device_service.frame.domain import RepeatWindow

Identity = tuple[str, str]


@dataclass(slots=True, kw_only=True)
class Speaking:
    """Locked until the transaction ends, so that two sessions of one device agree on what is a repeat."""

    name: str
    id: UUID
    person: str
    place: str
    region: str
    cell: str
    options: Mapping[str, str]
    held_since: datetime | None
    recent: RepeatWindow
    battery_percent: int | None
    position: bytes | None
    position_cell: str
    position_time: datetime | None
    last_seen_time: datetime | None = None

    @property
    def person_id(self) -> UUID | None:
        return uuid_of(self.person) if self.person else None


@lru_cache(maxsize=4_096)
def uuid_of(name: str) -> UUID:
    return UUID(name.rpartition("/")[2])


def lock_speaking(work: Work, identities: Collection[Identity]) -> dict[Identity, Speaking]:
    """In the order of their names, so that two batches never wait for each other."""
    adapters, spoken = zip(*sorted(identities), strict=True)
    rows = work.all(
        """SELECT d.name, d.adapter, d.identity, d.options, coalesce(a.person, '') AS person,
               coalesce(a.place, '') AS place, coalesce(a.region, d.region) AS region, coalesce(a.cell, '') AS cell,
               a.start_time, s.*
           FROM unnest(%s::text[], %s::text[]) AS spoken (adapter, identity)
           JOIN devices d ON d.adapter = spoken.adapter AND d.identity = spoken.identity
           JOIN device_states s ON s.device = d.name
           LEFT JOIN assignments a ON a.device = d.name AND a.end_time IS NULL
           ORDER BY d.name FOR UPDATE OF s""",
        [list(adapters), list(spoken)],
    )
    return {(row["adapter"], row["identity"]): _speaking(row) for row in rows}


def save_states(work: Work, devices: Collection[Speaking]) -> None:
    columns = zip(*[_state(device) for device in devices], strict=True)
    work.run(
        """UPDATE device_states s SET last_seen_time = n.last_seen_time, battery_percent = n.battery_percent,
               recent = n.recent, position = n.position, position_cell = n.position_cell,
               position_time = n.position_time
           FROM unnest(%s::text[], %s::timestamptz[], %s::smallint[], %s::bytea[], %s::bytea[], %s::text[],
                       %s::timestamptz[])
               AS n (device, last_seen_time, battery_percent, recent, position, position_cell, position_time)
           WHERE s.device = n.device""",
        [list(column) for column in columns],
    )


def _state(device: Speaking) -> tuple[object, ...]:
    return (
        device.name,
        device.last_seen_time,
        device.battery_percent,
        device.recent.packed,
        device.position,
        device.position_cell,
        device.position_time,
    )


def _speaking(row: DictRow) -> Speaking:
    return Speaking(
        name=row["name"],
        id=uuid_of(row["name"]),
        person=row["person"],
        place=row["place"],
        region=row["region"],
        cell=row["cell"],
        options=row["options"],
        held_since=row["start_time"],
        recent=RepeatWindow(packed=row["recent"]),
        battery_percent=row["battery_percent"],
        position=row["position"],
        position_cell=row["position_cell"],
        position_time=row["position_time"],
    )
