"""Opening, joining and finishing upkeep of a device."""

from chassis.ids import uuid7
from chassis.refusal import NotFound
from chassis.work import Work
from order_service.contract import publish, uuid_of
from order_service.incident.domain.alarm import Alarm
from order_service.incident.store import settle_alarm
from order_service.task import store
from order_service.task.domain import Task


def take_device_alarm(work: Work, alarm: Alarm) -> Task:
    """The device's open task, or a new one. The caller holds the subject's lock."""
    task = store.find_open_task(work, alarm.device)
    if task is None:
        task = Task.open(
            name=f"tasks/{uuid7()}",
            device=alarm.device,
            region=alarm.region,
            kind=alarm.kind,
            alarm=alarm.name,
            now=work.now,
        )
        store.add_task(work, task)
    else:
        task.attach(alarm.name)
    settle_alarm(work, alarm, task.name)
    _tell(work, task)
    return task


def complete_task(work: Work, name: str) -> Task:
    task = store.load_task(work, name)
    if task is None:
        raise NotFound(name)
    task.complete(work.now)
    store.mark_done(work, task)
    _tell(work, task)
    return task


def _tell(work: Work, task: Task) -> None:
    """No person is in it; the story is the frame's that brought the alarm."""
    correlation = work.context.correlation or uuid_of(task.name)
    publish(work, task, region=task.region, person="", correlation=correlation)
