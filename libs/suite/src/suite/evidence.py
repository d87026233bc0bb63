"""What the stores hold of a run, as keys to compare with what its clients were told. It reads tables, never a queue."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from suite.history import Attempt, Told, Verdict, judge
from suite.journals import Journals

REPORTS_FROM = 10_000_000  # numbers of telemetry; presses are numbered below
_STEPS = "55423-8"
_MESSAGE_TOLD = {"sent": Told.OK, "refused": Told.REFUSED}


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """What everyone tried since `began`. Commands carry the verb in their key: `close incidents/…`."""

    began: datetime
    presses: Sequence[Attempt]
    reports: Sequence[Attempt] = ()
    commands: Sequence[Attempt] = ()


def verdicts(journals: Journals, history: History) -> Mapping[str, Verdict]:
    """Every link of the chain, from the press to the recorder and the ledger."""
    stores = _Stores(journals, history.began)
    alarms = stores.keys("device", "SELECT name FROM alarms WHERE receive_time >= %s")
    homes = stores.keys("order", "SELECT alarm FROM alarm_homes WHERE receive_time >= %s")
    incidents = stores.keys("order", "SELECT name FROM incidents WHERE open_time >= %s")
    called = stores.keys(
        "notify",
        """SELECT DISTINCT m.incident FROM messages m JOIN recorded_messages r ON r.key = m.name
           WHERE m.incident <> '' AND m.create_time >= %s""",
    )
    earlier = {*stores.keys("order", "SELECT name FROM incidents WHERE open_time < %s")}
    messages, recorded = stores.messages()
    return {
        "press": judge(history.presses, (key for _, key in stores.pressed())),
        "report": judge(history.reports, stores.reported()),
        "alarm in an incident": judge(_sure(alarms), homes),
        "incident with a call": judge(_sure(incidents), (each for each in called if each not in earlier)),
        "message": judge(messages, recorded),
        "command": judge(history.commands, stores.commanded()),
    }


def disorder(journals: Journals, began: datetime) -> list[str]:
    """Facts of one incident that notify took in another order than order told them."""
    stores = _Stores(journals, began)
    facts = stores.rows("order", "SELECT id::text, aggregate, sequence FROM events WHERE time >= %s")
    told = {row["id"]: row for row in facts}
    taken = stores.rows("notify", "SELECT source FROM timeline WHERE write_time >= %s ORDER BY id")
    last: dict[str, int] = {}
    wrong = []
    for row in (told[each["source"]] for each in taken if each["source"] in told):
        if row["sequence"] < last.get(row["aggregate"], 0):
            wrong.append(f"out of order: {row['aggregate']} no. {row['sequence']}")
        last[row["aggregate"]] = row["sequence"]
    return wrong


def joined(journals: Journals, began: datetime) -> dict[str, datetime]:
    """Each press whose alarm is in an incident, and since when."""
    stores = _Stores(journals, began)
    homes = stores.rows("order", "SELECT alarm, join_time FROM alarm_homes WHERE receive_time >= %s")
    since = {row["alarm"]: row["join_time"] for row in homes}
    return {key: since[alarm] for alarm, key in stores.pressed() if alarm in since}


def last_settled(journals: Journals, began: datetime, until: datetime) -> datetime:
    """When the last message that was asked for before `until` was settled; `until` when there is none."""
    stores = _Stores(journals, began)
    sql = "SELECT max(settle_time) AS last FROM messages WHERE create_time >= %s AND create_time <= %s"
    (row,) = stores.rows("notify", sql, until)
    return row["last"] or until


@dataclass(frozen=True, slots=True)
class _Stores:
    journals: Journals
    began: datetime

    def rows(self, service: str, sql: str, *more: object) -> list[dict[str, Any]]:
        return self.journals.connections[service].execute(sql.encode(), [self.began, *more]).fetchall()

    def keys(self, service: str, sql: str) -> list[str]:
        return [next(iter(row.values())) for row in self.rows(service, sql)]

    def pressed(self) -> Iterator[tuple[str, str]]:
        """Each alarm with its press, by the running number its frame carried."""
        sql = """SELECT a.name, a.device, o.value::bigint AS number
                 FROM observations o JOIN alarms a ON a.frame = o.frame
                 WHERE o.receive_time >= %s AND o.code = %s AND o.value < %s"""
        for row in self.rows("device", sql, _STEPS, REPORTS_FROM):
            yield row["name"], f"{row['device']} no. {row['number']}"

    def reported(self) -> Iterator[str]:
        sql = """SELECT device, value::bigint AS number FROM observations
                 WHERE receive_time >= %s AND code = %s AND value >= %s"""
        for row in self.rows("device", sql, _STEPS, REPORTS_FROM):
            yield f"devices/{row['device']} no. {row['number']}"

    def messages(self) -> tuple[list[Attempt], list[str]]:
        """What notify says of each message it sent by a recorder, and what was recorded: of one moment."""
        sql = """SELECT m.name, m.state, r.key FROM messages m FULL JOIN recorded_messages r ON r.key = m.name
                 WHERE coalesce(m.create_time, r.record_time) >= %s
                 AND (m.channel IS NULL OR m.channel IN ('voice', 'sms', 'push'))
                 AND coalesce(r.template, '') <> 'sign_in_code'"""
        rows = self.rows("notify", sql)
        said = [
            Attempt(key=row["name"], told=_MESSAGE_TOLD.get(row["state"], Told.UNKNOWN)) for row in rows if row["name"]
        ]
        return said, [row["key"] for row in rows if row["key"]]

    def commanded(self) -> Iterator[str]:
        sql = "SELECT type, aggregate FROM events WHERE time >= %s AND type = ANY(%s)"
        for row in self.rows("order", sql, list(_VERBS)):
            yield f"{_VERBS[row['type']]} {row['aggregate']}"
        sql = "SELECT granted FROM lots l JOIN transfers t ON t.name = l.transfer WHERE t.post_time >= %s"
        for row in self.rows("payment", sql):
            yield f"grant {row['granted']} fen"


_VERBS = {"eldercare.order.v1.IncidentClosed": "close"}


def _sure(keys: Iterable[str]) -> list[Attempt]:
    return [Attempt(key=key, told=Told.OK) for key in keys]
