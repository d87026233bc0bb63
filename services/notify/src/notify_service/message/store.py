"""SQL of messages."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg.types.json import Jsonb

from chassis.work import Work
from notify_service.contact.domain import Channel
from notify_service.message.domain import LONGEST_WINDOW


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A message before it is stored."""

    name: str
    recipient: str
    channel: str
    contact_point: UUID | None
    due: datetime

    @property
    def is_shown(self) -> bool:
        """On the live view, as soon as it is stored."""
        return self.channel == Channel.FEED


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What is told: a template and codes, about one incident or order. The same notice is never sent twice."""

    template: str
    params: Mapping[str, str]
    region: str
    person: str
    correlation: str
    incident: str = ""
    order: str = ""
    step: int = 0
    occasion: str = ""
    is_urgent: bool = True
    is_call: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMessage:
    name: str
    notice: Notice
    recipient: str
    channel: str
    contact_point: UUID | None
    state: str
    reason: str
    provider_reference: str
    create_time: datetime
    settle_time: datetime | None
    ladder_state: str | None


def add(work: Work, notice: Notice, drafts: Sequence[Draft]) -> set[str]:
    """Stores what is not there yet; returns the names of those. What is shown, and not carried, is sent by that."""
    rows = work.all(
        """INSERT INTO messages (name, incident, order_name, step, occasion, recipient, channel, template,
               contact_point, params, is_urgent, is_call, region, person, correlation, due_time, state, settle_time)
           SELECT d.name, %(incident)s, %(order)s, %(step)s, %(occasion)s, d.recipient, d.channel, %(template)s,
               d.contact_point, %(params)s, %(is_urgent)s, %(is_call)s, %(region)s, %(person)s, %(correlation)s, d.due,
               d.state, CASE d.state WHEN 'sent' THEN app_now() END
           FROM jsonb_to_recordset(%(drafts)s)
               AS d(name text, recipient text, channel text, contact_point uuid, due timestamptz, state text)
           ON CONFLICT DO NOTHING RETURNING name""",
        _params(notice) | {"drafts": Jsonb([_draft(draft) for draft in drafts])},
    )
    return {row["name"] for row in rows}


def _params(notice: Notice) -> dict[str, Any]:
    return {
        "incident": notice.incident,
        "order": notice.order,
        "step": notice.step,
        "occasion": notice.occasion,
        "template": notice.template,
        "params": Jsonb(dict(notice.params)),
        "is_urgent": notice.is_urgent,
        "is_call": notice.is_call,
        "region": notice.region,
        "person": notice.person,
        "correlation": notice.correlation,
    }


def _draft(draft: Draft) -> dict[str, str | None]:
    return {
        "name": draft.name,
        "recipient": draft.recipient,
        "channel": draft.channel,
        "contact_point": str(draft.contact_point) if draft.contact_point else None,
        "due": draft.due.isoformat(),
        "state": "sent" if draft.is_shown else "pending",
    }


Line = tuple[str, str]  # recipient, channel


def times_of_others(work: Work, lines: Collection[Line]) -> dict[Line, list[datetime]]:
    """When other messages that can wait went or will go by each line; taken one transaction at a time."""
    times: dict[Line, list[datetime]] = {line: [] for line in lines}
    if not lines:
        return times
    work.lock(*(f"limits/{recipient}/{channel}" for recipient, channel in lines))
    rows = work.all(
        """SELECT m.recipient, m.channel, m.due_time
           FROM jsonb_to_recordset(%s) AS l(recipient text, channel text)
           JOIN messages m ON m.recipient = l.recipient AND m.channel = l.channel
           WHERE NOT m.is_urgent AND m.state <> 'refused' AND m.due_time > app_now() - %s""",
        [Jsonb([{"recipient": recipient, "channel": channel} for recipient, channel in lines]), LONGEST_WINDOW],
    )
    for row in rows:
        times[row["recipient"], row["channel"]].append(row["due_time"])
    return times


SELECT = """SELECT m.*, l.state AS ladder_state FROM messages m LEFT JOIN ladders l USING (incident)"""


def get(work: Work, name: str) -> StoredMessage | None:
    return get_all(work, [name]).get(name)


def get_all(work: Work, names: Collection[str]) -> dict[str, StoredMessage]:
    """By name; those there are."""
    rows = work.all(f"{SELECT} WHERE m.name = ANY(%s)", [list(names)])
    return {row["name"]: _stored(row) for row in rows}


def of_incident(work: Work, incident: str, *, after: str, limit: int) -> list[StoredMessage]:
    """Names are sortable ids, so their order is the order of writing."""
    rows = work.all(
        f"{SELECT} WHERE m.incident = %s AND m.name > %s ORDER BY m.name LIMIT %s", [incident, after, limit]
    )
    return [_stored(row) for row in rows]


def settle_sent(work: Work, references: Mapping[str, str]) -> list[StoredMessage]:
    """Messages by name with the provider's references; as they are now, in the order of their names."""
    if not references:
        return []
    rows = work.all(
        """UPDATE messages SET state = 'sent', provider_reference = s.reference, reason = '', settle_time = app_now()
           FROM unnest(%s::text[], %s::text[]) AS s(message, reference) WHERE name = s.message
           RETURNING *, '' AS ladder_state""",
        [list(references), list(references.values())],
    )
    return sorted((_stored(row) for row in rows), key=lambda message: message.name)


def settle_unsent(work: Work, name: str, state: str, reason: str) -> StoredMessage | None:
    """The message as it is now; None when there is none of that name."""
    row = work.one(
        """UPDATE messages SET state = %s, provider_reference = '', reason = %s, settle_time = app_now()
           WHERE name = %s RETURNING *, '' AS ladder_state""",
        [state, reason[:500], name],
    )
    return _stored(row) if row else None


def overdue(work: Work, seconds: int) -> int:
    row = work.one(
        """SELECT count(*) AS n FROM messages
           WHERE state = 'pending' AND due_time < app_now() - %s * interval '1 second'""",
        [seconds],
    )
    return int(row["n"]) if row else 0


def _stored(row: Mapping[str, Any]) -> StoredMessage:
    notice = Notice(
        template=row["template"],
        params=row["params"],
        region=row["region"],
        person=row["person"],
        correlation=row["correlation"],
        incident=row["incident"],
        order=row["order_name"],
        step=row["step"],
        occasion=row["occasion"],
        is_urgent=row["is_urgent"],
        is_call=row["is_call"],
    )
    kept = ("name", "recipient", "channel", "contact_point", "state", "reason", "provider_reference", "create_time")
    return StoredMessage(
        notice=notice,
        settle_time=row["settle_time"],
        ladder_state=row["ladder_state"],
        **{key: row[key] for key in kept},
    )
