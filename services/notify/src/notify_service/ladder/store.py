"""SQL of ladders: the row that moves, the steps and rungs that do not, the answers that only grow."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from chassis.work import Work
from notify_service.contact.store import Point
from notify_service.ladder.domain.ladder import Answer, Ladder, State, Step
from notify_service.ladder.domain.policy import Policy, policy_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What is known of an incident when its ladder starts."""

    incident: str
    number: str
    person: str
    place: str
    region: str
    alarm_kind: str
    urgency: str
    alarm_time: datetime
    archived: bool

    @property
    def correlation(self) -> str:
        return self.incident.partition("/")[2]

    @property
    def ladder(self) -> str:
        return f"ladders/{self.correlation}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    opening: Opening
    rule: str
    ladder: Ladder


def add(work: Work, opening: Opening, rule: str, ladder: Ladder) -> bool:
    """False when the incident has its ladder already; who asks at the same moment waits here for the other."""
    added = work.run(
        """INSERT INTO ladders (incident, number, person, place, region, alarm_kind, urgency, alarm_time, archived,
               rule, correlation, state, step, due_time)
           VALUES (%(incident)s, %(number)s, %(person)s, %(place)s, %(region)s, %(alarm_kind)s, %(urgency)s,
               %(alarm_time)s, %(archived)s, %(rule)s, %(correlation)s, %(state)s, %(step)s, %(due)s)
           ON CONFLICT (incident) DO NOTHING""",
        {name: getattr(opening, name) for name in Opening.__slots__}
        | {
            "rule": rule,
            "correlation": opening.correlation,
            "state": ladder.state.value,
            "step": ladder.step,
            "due": ladder.due,
        },
    )
    return added == 1


def freeze(work: Work, incident: str, steps: Sequence[Step], points: Mapping[str, Sequence[Point]]) -> None:
    """Writes down who is called at which step, by what, and for how long; nothing changes these rows again."""
    numbered = list(enumerate(steps, start=1))
    work.run(
        """INSERT INTO ladder_steps (incident, step, is_desk, wait_s)
           SELECT %s, step, is_desk, wait_s FROM jsonb_to_recordset(%s) AS s(step int, is_desk boolean, wait_s int)""",
        [
            incident,
            Jsonb([{"step": n, "is_desk": s.is_desk, "wait_s": int(s.wait.total_seconds())} for n, s in numbered]),
        ],
    )
    rungs = [
        {"step": number, "recipient": who, "place": place, "channel": point.channel, "rank": point.rank}
        | {"point": str(point.id) if point.id else None}
        for number, step in numbered
        for place, who in enumerate(step.people)
        for point in points[who]
    ]
    work.run(
        """INSERT INTO ladder_rungs (incident, step, recipient, place_in_step, channel, contact_point, rank)
           SELECT %s, step, recipient, place, channel, point, rank FROM jsonb_to_recordset(%s)
               AS r(step int, recipient text, place int, channel text, point uuid, rank int)""",
        [incident, Jsonb(rungs)],
    )


def opening_of(work: Work, incident: str) -> Opening | None:
    row = work.one("SELECT * FROM ladders WHERE incident = %s", [incident])
    return _opening(row) if row else None


def load(work: Work, incident: str) -> Loaded | None:
    """Takes the ladder's row; whoever else wants to move it waits."""
    row = work.one("SELECT * FROM ladders WHERE incident = %s FOR UPDATE", [incident])
    if row is None:
        return None
    ladder = Ladder(
        incident=incident,
        person=row["person"],
        steps=_steps(work, incident, policy_of(row["urgency"])),
        state=State(row["state"]),
        step=row["step"],
        due=row["due_time"],
        going=set(row["going"]),
        unable=set(row["unable"]),
    )
    return Loaded(opening=_opening(row), rule=row["rule"], ladder=ladder)


def save(work: Work, ladder: Ladder) -> None:
    work.run(
        """UPDATE ladders SET state = %s, step = %s, due_time = %s, going = %s, unable = %s,
               close_time = CASE WHEN %s THEN coalesce(close_time, app_now()) END WHERE incident = %s""",
        [
            ladder.state.value,
            ladder.step,
            ladder.due,
            sorted(ladder.going),
            sorted(ladder.unable),
            ladder.state is State.CLOSED,
            ladder.incident,
        ],
    )


def raise_urgency(work: Work, incident: str, urgency: str, kind: str) -> None:
    """Later steps call for the graver alarm, which came now: an old one is never graver than another."""
    work.run(
        """UPDATE ladders SET urgency = %s, alarm_kind = %s, alarm_time = app_now(), archived = false
           WHERE incident = %s""",
        [urgency, kind, incident],
    )


def frozen_points(work: Work, incident: str, people: Collection[str]) -> list[Point]:
    """Everything frozen for these people; a person stands on one step only."""
    rows = work.all(
        """SELECT r.recipient AS owner, r.channel, r.contact_point AS id, r.rank,
               coalesce(p.quiet_hours, '') AS quiet_hours
           FROM ladder_rungs r LEFT JOIN contact_points p ON p.id = r.contact_point
           WHERE r.incident = %s AND r.recipient = ANY(%s) ORDER BY r.step, r.place_in_step, r.rank""",
        [incident, list(people)],
    )
    return [Point(**row) for row in rows]


def next_frozen_point(work: Work, incident: str, recipient: str, point: UUID) -> Point | None:
    """What was frozen after this point for the same person and channel."""
    row = work.one(
        """SELECT n.recipient AS owner, n.channel, n.contact_point AS id, n.rank, '' AS quiet_hours
           FROM ladder_rungs was JOIN ladder_rungs n USING (incident, step, recipient, channel)
           WHERE was.incident = %s AND was.recipient = %s AND was.contact_point = %s AND n.rank > was.rank
           ORDER BY n.rank LIMIT 1""",
        [incident, recipient, point],
    )
    return Point(**row) if row else None


def add_answer(work: Work, ladder: Ladder, person: str, answer: Answer, via: str, *, is_operator: bool) -> None:
    work.run(
        """INSERT INTO answers (incident, person, answer, is_operator, via, step) VALUES (%s, %s, %s, %s, %s, %s)""",
        [ladder.incident, person, answer.value, is_operator, via, ladder.step],
    )


def _steps(work: Work, incident: str, policy: Policy) -> tuple[Step, ...]:
    """As frozen; once a graver alarm has joined, no step waits longer than its policy does."""
    rows = work.all(
        """SELECT s.wait_s, s.is_desk, array_agg(DISTINCT r.place_in_step || ' ' || r.recipient) AS people
           FROM ladder_steps s JOIN ladder_rungs r USING (incident, step)
           WHERE s.incident = %s GROUP BY s.step, s.wait_s, s.is_desk ORDER BY s.step""",
        [incident],
    )
    return tuple(
        Step(
            wait=min(timedelta(seconds=row["wait_s"]), policy.wait(is_desk=row["is_desk"])),
            people=_in_place(row["people"]),
            is_desk=row["is_desk"],
        )
        for row in rows
    )


def _in_place(people: Sequence[str]) -> tuple[str, ...]:
    placed = sorted((int(place), who) for place, _, who in (entry.partition(" ") for entry in people))
    return tuple(who for _, who in placed)


def _opening(row: Mapping[str, Any]) -> Opening:
    return Opening(**{name: row[name] for name in Opening.__slots__})


def count_open(work: Work) -> int:
    row = work.one("SELECT count(*) AS n FROM ladders WHERE state = 'open'")
    return int(row["n"]) if row else 0


def stranded(work: Work) -> list[str]:
    """Open ladders whose timer is gone or parked; the timer's key is `ladder:` and the incident."""
    rows = work.all(
        """SELECT incident FROM ladders l WHERE state = 'open' AND NOT EXISTS (
               SELECT 1 FROM timers t WHERE t.key = 'ladder:' || l.incident AND t.parked_at IS NULL)"""
    )
    return [row["incident"] for row in rows]
