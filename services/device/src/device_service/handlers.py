"""Event type → use case. Imported by the events process and by core's retries."""

from collections.abc import Callable, Mapping

from google.protobuf.message import Message

from chassis.work import Work
from device_service.alarm.use_cases import take_hand_over
from device_service.person.use_cases import copy_person, forget_person
from eldercare.order.v1.events_pb2 import AlarmAttached, AlarmAttachedToTask, IncidentOpened, TaskOpened
from eldercare.people.v1.events_pb2 import PersonChanged, PersonErased


def incident_opened(work: Work, event: IncidentOpened) -> None:
    take_hand_over(work, event.alarm, event.incident)


def alarm_attached(work: Work, event: AlarmAttached) -> None:
    take_hand_over(work, event.alarm, event.incident)


def task_opened(work: Work, event: TaskOpened) -> None:
    take_hand_over(work, event.alarm, event.task)


def alarm_attached_to_task(work: Work, event: AlarmAttachedToTask) -> None:
    take_hand_over(work, event.alarm, event.task)


HANDLERS: Mapping[type[Message], Callable[..., None]] = {
    IncidentOpened: incident_opened,
    AlarmAttached: alarm_attached,
    TaskOpened: task_opened,
    AlarmAttachedToTask: alarm_attached_to_task,
    PersonChanged: copy_person,
    PersonErased: forget_person,
}
