"""Upkeep of a device: alarms about the device itself, one open task at a time."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

_DEADLINES = {"low_power": timedelta(hours=24), "taken_off": timedelta(hours=4), "tamper": timedelta(hours=4)}
_USUAL = timedelta(hours=48)


class TaskRefusal(Exception):
    def __init__(self, **metadata: str) -> None:
        super().__init__(" ".join(f"{key}={value}" for key, value in metadata.items()))
        self.metadata = metadata


class TaskAlreadyDone(TaskRefusal):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskOpened:
    task: str
    device: str
    region: str
    kind: str
    alarm: str
    deadline_time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmAttachedToTask:
    task: str
    alarm: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDone:
    task: str


TaskFact = TaskOpened | AlarmAttachedToTask | TaskDone


@dataclass(slots=True, kw_only=True)
class Task:
    name: str
    device: str
    region: str
    kind: str
    open_time: datetime
    deadline_time: datetime
    done_time: datetime | None = None
    facts: list[TaskFact] = field(default_factory=list)

    @classmethod
    def open(cls, *, name: str, device: str, region: str, kind: str, alarm: str, now: datetime) -> "Task":
        deadline = now + _DEADLINES.get(kind, _USUAL)
        task = cls(name=name, device=device, region=region, kind=kind, open_time=now, deadline_time=deadline)
        task.facts.append(
            TaskOpened(task=name, device=device, region=region, kind=kind, alarm=alarm, deadline_time=deadline)
        )
        return task

    def attach(self, alarm: str) -> None:
        self._must_be_open()
        self.facts.append(AlarmAttachedToTask(task=self.name, alarm=alarm))

    def complete(self, now: datetime) -> None:
        self._must_be_open()
        self.done_time = now
        self.facts.append(TaskDone(task=self.name))

    def _must_be_open(self) -> None:
        if self.done_time is not None:
            raise TaskAlreadyDone(task=self.name)
