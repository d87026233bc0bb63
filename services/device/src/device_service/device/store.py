"""SQL of devices and their assignments."""

from datetime import datetime
from typing import Any

from psycopg.rows import DictRow
from psycopg.types.json import Jsonb

from chassis.work import Work
from device_service.device.domain import Assignment, Device, Holder
from device_service.scope import Scope

_COLUMNS = """
    d.name, d.adapter, d.identity, d.vendor, d.model, d.region, d.options, s.last_seen_time, s.battery_percent,
    a.name AS assignment, a.person, a.place, a.region AS holder_region, a.cell, a.start_time
    FROM devices d JOIN device_states s ON s.device = d.name
    LEFT JOIN assignments a ON a.device = d.name AND a.end_time IS NULL
"""


def add_device(work: Work, device: Device) -> bool:
    """False when the name is taken or the adapter already knows this identity."""
    added = work.run(
        """INSERT INTO devices (name, adapter, identity, vendor, model, region, options)
           VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING""",
        [
            device.name,
            device.adapter,
            device.identity,
            device.vendor,
            device.model,
            device.region,
            Jsonb(dict(device.options)),
        ],
    )
    if added:
        work.run("INSERT INTO device_states (device) VALUES (%s)", [device.name])
    return bool(added)


def lock_device(work: Work, name: str) -> Device | None:
    work.one("SELECT FROM devices WHERE name = %s FOR UPDATE", [name])
    return find_device(work, name)


def find_device(work: Work, name: str) -> Device | None:
    row = work.one(f"SELECT {_COLUMNS} WHERE d.name = %s", [name])
    return _device(row) if row else None


def list_devices(work: Work, scope: Scope, *, after: str, limit: int) -> list[Device]:
    rows = work.all(
        f"""SELECT {_COLUMNS} WHERE (d.region = %s OR d.region LIKE %s) AND d.name > %s
            ORDER BY d.name LIMIT %s""",
        [scope.region, scope.below, after, limit],
    )
    return [_device(row) for row in rows]


def devices_of(work: Work, person: str) -> list[str]:
    rows = work.all("SELECT device FROM assignments WHERE person = %s AND end_time IS NULL ORDER BY device", [person])
    return [row["device"] for row in rows]


def save_assignment(work: Work, device: Device) -> None:
    """Ends the open assignment and opens the new one; the last position belonged to the holder before."""
    work.run("UPDATE assignments SET end_time = app_now() WHERE device = %s AND end_time IS NULL", [device.name])
    if device.assignment:
        _open_assignment(work, device.assignment)
    work.run(
        "UPDATE device_states SET position = NULL, position_cell = '', position_time = NULL WHERE device = %s",
        [device.name],
    )


def move_open_assignments(work: Work, person: str, *, region: str, cell: str) -> None:
    work.run(
        "UPDATE assignments SET region = %s, cell = %s WHERE person = %s AND end_time IS NULL", [region, cell, person]
    )


def holder_at(work: Work, device: str, time: datetime) -> str:
    """The person who had the device then; empty for nobody."""
    row = work.one(
        """SELECT person FROM assignments WHERE device = %s AND start_time <= %s
           AND (end_time IS NULL OR end_time > %s) ORDER BY start_time DESC LIMIT 1""",
        [device, time, time],
    )
    return str(row["person"]) if row else ""


def _open_assignment(work: Work, assignment: Assignment) -> None:
    holder = assignment.holder
    work.run(
        """INSERT INTO assignments (name, device, person, place, region, cell, start_time)
           VALUES (%s, %s, %s, %s, %s, %s, %s)""",
        [
            assignment.name,
            assignment.device,
            holder.person,
            holder.place,
            holder.region,
            holder.cell,
            assignment.start_time,
        ],
    )


def _device(row: DictRow) -> Device:
    return Device(
        name=row["name"],
        adapter=row["adapter"],
        identity=row["identity"],
        vendor=row["vendor"],
        model=row["model"],
        region=row["region"],
        options=row["options"],
        assignment=_assignment(row) if row["assignment"] else None,
        last_seen_time=row["last_seen_time"],
        battery_percent=row["battery_percent"],
    )


def _assignment(row: dict[str, Any]) -> Assignment:
    holder = Holder(person=row["person"], place=row["place"], region=row["holder_region"], cell=row["cell"])
    return Assignment(name=row["assignment"], device=row["name"], holder=holder, start_time=row["start_time"])
