"""Incidents and tasks as pages of a region."""

from typing import Any

from chassis.work import Work
from order_service.incident.domain.incident import Incident
from order_service.incident.store import incident_of
from order_service.paging import Page, time_in
from order_service.region.scope import Scope
from order_service.task.domain import Task
from order_service.task.store import task_of


def list_incidents(work: Work, scope: Scope, page: Page, *, open_only: bool) -> list[Incident]:
    """Open ones first, newest first."""
    is_open, before, name = page.after or ("true", "", "")
    rows = work.all(
        """SELECT * FROM incidents WHERE (region = %(region)s OR region LIKE %(below)s)
           AND (NOT %(open_only)s OR state = 'open')
           AND (%(first)s OR (state = 'open', open_time, name) < (%(is_open)s, %(before)s, %(name)s))
           ORDER BY (state = 'open') DESC, open_time DESC, name DESC LIMIT %(size)s""",
        {
            "region": scope.region,
            "below": scope.below,
            "open_only": open_only,
            "first": page.after is None,
            "is_open": is_open == "true",
            "before": time_in(before),
            "name": name,
            "size": page.size,
        },
    )
    return [incident_of(row) for row in rows]


def place_of(incident: Incident) -> tuple[str, ...]:
    return ("true" if incident.is_open else "false", incident.open_time.isoformat(), incident.name)


def parts_of(work: Work, incidents: list[str]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Alarms and orders of incidents, by incident."""
    alarms = work.all(
        "SELECT home AS whose, alarm AS part FROM alarm_homes WHERE home = ANY(%s) ORDER BY join_time, alarm",
        [incidents],
    )
    orders = work.all(
        "SELECT incident AS whose, name AS part FROM orders WHERE incident = ANY(%s) ORDER BY place_time, name",
        [incidents],
    )
    return _grouped(alarms), _grouped(orders)


def list_tasks(work: Work, scope: Scope, page: Page) -> list[Task]:
    """Open ones first, newest first."""
    is_open, before, name = page.after or ("true", "", "")
    rows = work.all(
        """SELECT * FROM tasks WHERE (region = %(region)s OR region LIKE %(below)s)
           AND (%(first)s OR (done_time IS NULL, open_time, name) < (%(is_open)s, %(before)s, %(name)s))
           ORDER BY (done_time IS NULL) DESC, open_time DESC, name DESC LIMIT %(size)s""",
        {
            "region": scope.region,
            "below": scope.below,
            "first": page.after is None,
            "is_open": is_open == "true",
            "before": time_in(before),
            "name": name,
            "size": page.size,
        },
    )
    return [task_of(row) for row in rows]


def place_of_task(task: Task) -> tuple[str, ...]:
    return ("true" if task.done_time is None else "false", task.open_time.isoformat(), task.name)


def _grouped(rows: list[dict[str, Any]]) -> dict[str, list[str]]:
    grouped: dict[str, list[str]] = {}
    for row in rows:
        grouped.setdefault(row["whose"], []).append(row["part"])
    return grouped
