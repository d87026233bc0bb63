"""SQL of alarms. A row is written once; later only to whom it was handed over."""

from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from psycopg.rows import DictRow

from chassis.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Alarm:
    """`position` is sealed; `event_id` is the AlarmRaised that told of it."""

    name: str
    device: str
    frame: UUID
    event_id: str
    person: str
    place: str
    region: str
    cell: str
    kind: str
    scaip_device_type: str
    scaip_status_code: str
    vendor_code: str
    event_time: datetime
    receive_time: datetime
    archived: bool
    quality: str
    correlation: UUID
    position: bytes | None = None
    handed_over_to: str = ""


def insert_alarm(work: Work, alarm: Alarm) -> None:
    work.run(
        """INSERT INTO alarms (name, device, frame, event_id, person, place, region, cell, kind, scaip_device_type,
               scaip_status_code, vendor_code, event_time, receive_time, archived, quality, correlation, position)
           VALUES (%(name)s, %(device)s, %(frame)s, %(event_id)s, %(person)s, %(place)s, %(region)s, %(cell)s, %(kind)s,
               %(scaip_device_type)s, %(scaip_status_code)s, %(vendor_code)s, %(event_time)s, %(receive_time)s,
               %(archived)s, %(quality)s, %(correlation)s, %(position)s)""",
        asdict(alarm),
    )


def find_alarm(work: Work, name: str) -> Alarm | None:
    row = work.one("SELECT * FROM alarms WHERE name = %s", [name])
    return _alarm(row) if row else None


def lock_alarm(work: Work, name: str) -> Alarm | None:
    row = work.one("SELECT * FROM alarms WHERE name = %s FOR UPDATE", [name])
    return _alarm(row) if row else None


def save_hand_over(work: Work, alarm: str, to: str) -> bool:
    """False when somebody already has it: who came first keeps it."""
    return bool(
        work.run(
            """UPDATE alarms SET handed_over_to = %s, handed_over_time = app_now()
               WHERE name = %s AND handed_over_to = ''""",
            [to, alarm],
        )
    )


def save_desk_page(work: Work, alarm: str) -> None:
    work.run("UPDATE alarms SET desk_paged_time = app_now() WHERE name = %s", [alarm])


def forgotten_alarms(work: Work, limit: int = 100) -> list[Alarm]:
    """Not handed over after a minute, with neither a timer nor a call that would still do it."""
    rows = work.all(
        """SELECT a.* FROM alarms a WHERE a.handed_over_to = '' AND a.receive_time < app_now() - interval '1 minute'
           AND NOT EXISTS (SELECT FROM timers t WHERE t.key = 'hand-over:' || a.name AND t.parked_at IS NULL)
           AND NOT EXISTS (SELECT FROM effects e WHERE e.key = 'open_incident:' || a.name AND e.settled_at IS NULL)
           ORDER BY a.receive_time LIMIT %s""",
        [limit],
    )
    return [_alarm(row) for row in rows]


def _alarm(row: DictRow) -> Alarm:
    kept = {name: row[name] for name in Alarm.__dataclass_fields__}
    return Alarm(**kept | {"event_id": str(row["event_id"])})
