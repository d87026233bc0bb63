"""Why? Who was told, by which channel, when, what each said, which rule decided, every fen."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from chassis.envelope import Envelope
from suite.journals import Journals

_HOW_TO_FIND = {
    "alarms": ("device", "SELECT correlation FROM events WHERE aggregate = %s ORDER BY position LIMIT 1"),
    "incidents": ("order", "SELECT correlation FROM events WHERE aggregate = %s ORDER BY position LIMIT 1"),
    "tasks": ("order", "SELECT correlation FROM events WHERE aggregate = %s ORDER BY position LIMIT 1"),
    "orders": ("order", "SELECT correlation FROM events WHERE aggregate = %s ORDER BY position LIMIT 1"),
}


class NothingToExplain(Exception):
    """There is no such alarm, incident or order here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing that happened, for a person to read."""

    time: datetime
    service: str
    what: str
    actor: str
    rule: str
    details: str


def explain(journals: Journals, name: str) -> list[Line]:
    """Every fact of the story, with the effects, dispatch decisions and entries behind it; raises NothingToExplain.

    `name` is an alarm, incident, task or order, a number said on the phone, or a story's own id as the demo prints it.
    """
    correlations = [name] if journals.story(name) else _stories(journals, _resource_of(journals, name))
    lines = [line for correlation in correlations for line in _facts(journals, correlation)]
    lines += [line for correlation in correlations for line in _behind(journals, correlation)]
    return sorted(lines, key=lambda line: line.time)


def _resource_of(journals: Journals, name: str) -> str:
    """A resource name, or the one behind a number said on the phone."""
    if "/" in name:
        return name
    for table in ("orders", "incidents"):
        sql = f"SELECT name FROM {table} WHERE replace(number, '-', '') = replace(%s, '-', '') LIMIT 1"
        row = journals.connections["order"].execute(sql.encode(), [name]).fetchone()
        if row:
            return str(row["name"])
    raise NothingToExplain(f"{name} is neither a name nor a number known here")


def _stories(journals: Journals, name: str) -> list[str]:
    """The story of a thing, and those of alarms that joined its incident."""
    service, sql = _HOW_TO_FIND.get(name.partition("/")[0], ("", ""))
    row = journals.connections[service].execute(sql.encode(), [name]).fetchone() if service else None
    if row is None:
        raise NothingToExplain(f"there is no {name} here")
    home = journals.connections["order"].execute(
        """SELECT alarm FROM alarm_homes WHERE home = %s
           OR home = (SELECT home FROM alarm_homes WHERE alarm = %s)
           OR home = (SELECT incident FROM orders WHERE name = %s AND incident <> '')""",
        [name, name, name],
    )
    alarms = [each["alarm"] for each in home.fetchall()]
    joined = journals.connections["device"].execute(
        "SELECT DISTINCT correlation FROM events WHERE aggregate = ANY(%s)", [alarms]
    )
    return sorted({str(row["correlation"]), *(each["correlation"] for each in joined.fetchall())})


def _facts(journals: Journals, correlation: str) -> Iterator[Line]:
    for envelope, message in journals.story(correlation):
        yield _line(envelope, message)


def _line(envelope: Envelope, message: Message) -> Line:
    service = envelope.source.rpartition("/")[2]
    what = envelope.type.rpartition(".")[2]
    told = [(field, value) for field, value in message.ListFields() if field.name not in _SAID_ALREADY]
    details = " ".join(f"{field.name}={_named(field, value)}" for field, value in told)
    return Line(
        time=envelope.time, service=service, what=what, actor=envelope.actor, rule=envelope.rule, details=details
    )


# The whole story is of one incident; its number is enough to know an order again.
_SAID_ALREADY = {"incident", "order", "message", "region", "service_region", "payer_region", "cell"}


def _named(field: FieldDescriptor, value: Any) -> str:
    """An enum by its name, the rest as it is."""
    return field.enum_type.values_by_number[value].name if field.enum_type and not field.is_repeated else _short(value)


def _short(value: Any) -> str:
    """One line a value; amounts as `500 CNY`."""
    if hasattr(value, "minor"):
        return f"{value.minor}{value.asset}"
    if hasattr(value, "ToDatetime"):
        return str(value.ToDatetime().isoformat(timespec="seconds")) + "Z"
    return " ".join(str(value).split())


_BEHIND = {
    "order": (
        """SELECT d.decide_time AS time, 'dispatch decision' AS what, d.rule,
                  'ring ' || d.ring || ' within ' || d.radius_m || ' m by ' || d.source || ': ' || d.candidates::text
                  AS details
           FROM dispatch_decisions d WHERE d."order" IN
               (SELECT aggregate FROM events WHERE correlation = %s AND aggregate LIKE 'orders/%%')"""
    ),
    "payment": (
        """SELECT t.effective_time AS time, 'entry ' || t.kind AS what, t.rule,
                  e.account || ' ' || e.amount || ' ' || e.asset AS details
           FROM entries e JOIN transfers t ON t.name = e.transfer WHERE t.settlement IN
               (SELECT aggregate FROM events WHERE correlation = %s)"""
    ),
    "notify": (
        """SELECT coalesce(settled_at, requested_at) AS time, 'call ' || kind || ' ' || state AS what, '' AS rule,
                  key || ' tries ' || attempts || ' ' || reference || ' ' || error AS details
           FROM effects WHERE context ->> 'correlation' = %s AND state <> 'done'"""
    ),
}

_PAGES = """SELECT coalesce(settled_at, requested_at) AS time, 'page ' || state AS what, '' AS rule,
           concat_ws(' ', request ->> 'reason', 'to', request ->> 'region', 'tries', attempts, error) AS details
    FROM effects WHERE kind = 'page' AND request ->> 'correlation' = %s"""


def _behind(journals: Journals, correlation: str) -> Iterator[Line]:
    looks = [*_BEHIND.items(), *((service, _PAGES) for service in journals.connections)]
    for service, sql in looks:
        for row in journals.connections[service].execute(sql.encode(), [correlation]).fetchall():
            yield Line(
                time=row["time"], service=service, what=row["what"], actor="", rule=row["rule"], details=row["details"]
            )
