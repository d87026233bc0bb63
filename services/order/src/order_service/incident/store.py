"""SQL of incidents, of the alarms that belong to them, and of short numbers."""

from dataclasses import fields
from datetime import datetime
from typing import Any

from chassis.work import Work
from order_service.incident.domain.alarm import Alarm
from order_service.incident.domain.incident import Incident
from order_service.incident.domain.words import IncidentState, Outcome, Reason, Urgency


def lock_subject(work: Work, subject: str) -> None:
    """One alarm of a subject at a time, also while there is no incident to lock."""
    work.run("SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))", [f"subject:{subject}"])


def home_of(work: Work, alarm: str) -> str | None:
    """The incident or task an alarm already belongs to."""
    row = work.one("SELECT home FROM alarm_homes WHERE alarm = %s", [alarm])
    return str(row["home"]) if row else None


def settle_alarm(work: Work, alarm: Alarm, home: str) -> None:
    work.run(
        "INSERT INTO alarm_homes (alarm, home, kind, receive_time) VALUES (%s, %s, %s, %s)",
        [alarm.name, home, alarm.kind, alarm.receive_time],
    )


def alarms_of(work: Work, home: str) -> list[str]:
    rows = work.all("SELECT alarm FROM alarm_homes WHERE home = %s ORDER BY join_time, alarm", [home])
    return [row["alarm"] for row in rows]


def first_alarm_of(work: Work, home: str) -> tuple[str, datetime]:
    """The alarm that opened it, and when that was received."""
    (row,) = work.all(
        "SELECT alarm, receive_time FROM alarm_homes WHERE home = %s ORDER BY join_time, alarm LIMIT 1", [home]
    )
    return row["alarm"], row["receive_time"]


def find_open(work: Work, subject: str) -> Incident | None:
    row = work.one("SELECT * FROM incidents WHERE subject = %s AND state = 'open' FOR UPDATE", [subject])
    return incident_of(row) if row else None


def load_incident(work: Work, name: str) -> Incident | None:
    """Locks the incident."""
    row = work.one("SELECT * FROM incidents WHERE name = %s FOR UPDATE", [name])
    return incident_of(row) if row else None


def read_incident(work: Work, name: str) -> Incident | None:
    row = work.one("SELECT * FROM incidents WHERE name = %s", [name])
    return incident_of(row) if row else None


def exists(work: Work, name: str) -> bool:
    return work.one("SELECT 1 AS one FROM incidents WHERE name = %s", [name]) is not None


def add_incident(work: Work, incident: Incident) -> None:
    work.run(
        """INSERT INTO incidents (name, number, subject, person, place, region, cell, kind, archived, urgency, rule,
                                  state, responsible, deadline_time, open_time)
           VALUES (%(name)s, %(number)s, %(subject)s, %(person)s, %(place)s, %(region)s, %(cell)s, %(kind)s,
                   %(archived)s, %(urgency)s, %(rule)s, %(state)s, %(responsible)s, %(deadline_time)s,
                   %(open_time)s)""",
        _row_of(incident),
    )


def save_incident(work: Work, incident: Incident) -> None:
    work.run(
        """UPDATE incidents SET cell = %(cell)s, kind = %(kind)s, archived = %(archived)s, urgency = %(urgency)s,
               rule = %(rule)s, state = %(state)s, responsible = %(responsible)s, deadline_time = %(deadline_time)s,
               reason = %(reason)s, outcome = %(outcome)s, closer = %(closer)s, close_time = %(close_time)s
           WHERE name = %(name)s""",
        _row_of(incident),
    )


def incident_of(row: dict[str, Any]) -> Incident:
    known = {key: value for key, value in row.items() if key not in {"urgency", "state", "outcome", "reason"}}
    return Incident(
        urgency=Urgency(row["urgency"]),
        state=IncidentState(row["state"]),
        reason=Reason(row["reason"]) if row["reason"] else None,
        outcome=Outcome(row["outcome"]) if row["outcome"] else None,
        **known,
    )


def mark_ladder_started(work: Work, incident: str) -> None:
    """Notify may say so before this service has the incident under that name; then there is nothing to mark."""
    work.run(
        """INSERT INTO ladder_starts (incident) SELECT name FROM incidents WHERE name = %s ON CONFLICT DO NOTHING""",
        [incident],
    )


def ladder_is_needed(work: Work, incident: str) -> bool:
    row = work.one(
        """SELECT 1 AS one FROM incidents WHERE name = %s AND state = 'open'
           AND NOT EXISTS (SELECT FROM ladder_starts l WHERE l.incident = incidents.name)""",
        [incident],
    )
    return row is not None


def _row_of(incident: Incident) -> dict[str, Any]:
    return {each.name: getattr(incident, each.name) for each in fields(incident) if each.name != "facts"}
