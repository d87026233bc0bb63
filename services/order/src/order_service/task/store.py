"""SQL of upkeep tasks."""

from typing import Any

from chassis.work import Work
from order_service.task.domain import Task


def find_open_task(work: Work, device: str) -> Task | None:
    row = work.one("SELECT * FROM tasks WHERE device = %s AND done_time IS NULL FOR UPDATE", [device])
    return task_of(row) if row else None


def load_task(work: Work, name: str) -> Task | None:
    row = work.one("SELECT * FROM tasks WHERE name = %s FOR UPDATE", [name])
    return task_of(row) if row else None


def add_task(work: Work, task: Task) -> None:
    work.run(
        "INSERT INTO tasks (name, device, region, kind, open_time, deadline_time) VALUES (%s, %s, %s, %s, %s, %s)",
        [task.name, task.device, task.region, task.kind, task.open_time, task.deadline_time],
    )


def mark_done(work: Work, task: Task) -> None:
    work.run("UPDATE tasks SET done_time = %s WHERE name = %s", [task.done_time, task.name])


def task_of(row: dict[str, Any]) -> Task:
    return Task(**row)
