"""What happens to an incident."""

from dataclasses import dataclass
from datetime import datetime

from order_service.incident.domain.words import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentOpened:
    incident: str
    number: str
    alarm: str
    alarm_kind: str
    person: str
    place: str
    region: str
    cell: str
    urgency: str
    responsible: str
    deadline_time: datetime
    alarm_receive_time: datetime
    archived: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmAttached:
    incident: str
    alarm: str
    alarm_kind: str
    urgency: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ResponsibilityMoved:
    incident: str
    responsible: str
    deadline_time: datetime
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DutyDeskPaged:
    incident: str
    desk: str
    reason: str
    page_time: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentClosed:
    incident: str
    outcome: Outcome
    closer: str


IncidentFact = IncidentOpened | AlarmAttached | ResponsibilityMoved | DutyDeskPaged | IncidentClosed
