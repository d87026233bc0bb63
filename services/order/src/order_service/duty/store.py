"""SQL of duties: the truth about who is on duty, and a coarse place."""

from collections.abc import Mapping
from typing import Any

from chassis.cells import centre_of
from chassis.work import Work
from order_service.duty.domain import Duty


def load_duty(work: Work, worker: str) -> Duty:
    """Locks the worker's row, or gives a fresh one."""
    row = work.one("SELECT * FROM duties WHERE worker = %s FOR UPDATE", [worker])
    return duty_of(row) if row else Duty(worker=worker)


def duty_of(row: Mapping[str, Any]) -> Duty:
    return Duty(
        worker=row["worker"],
        on_duty=row["on_duty"],
        since_time=row["since_time"],
        cell=row["cell"],
        position_time=row["position_time"],
    )


def save_duty(work: Work, duty: Duty) -> None:
    if not duty.is_changed:
        return
    lat, lon = centre_of(duty.cell)
    work.run(
        """INSERT INTO duties (worker, on_duty, since_time, cell, lat, lon, position_time)
           VALUES (%s, %s, %s, %s, %s, %s, %s)
           ON CONFLICT (worker) DO UPDATE SET on_duty = excluded.on_duty, since_time = excluded.since_time,
               cell = excluded.cell, lat = excluded.lat, lon = excluded.lon, position_time = excluded.position_time""",
        [duty.worker, duty.on_duty, duty.since_time, duty.cell, lat, lon, duty.position_time],
    )


def forget_duty(work: Work, worker: str) -> None:
    work.run("DELETE FROM duties WHERE worker = %s", [worker])
