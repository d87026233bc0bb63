"""What must hold after every step, and what must hold at the end when everything is whole and time has passed."""

import re
from typing import Any

from tests.simulation import functions
from tests.simulation.memory import Session
from tests.simulation.processes import Broken, seconds

_ALWAYS = {
    "order": (
        (
            "an open incident has nobody or no clock",
            """SELECT name FROM incidents i WHERE state = 'open' AND (responsible = '' OR NOT EXISTS (
                   SELECT 1 FROM timers t WHERE t.key = 'deadline:' || i.name))""",
        ),
        (
            "an order waits without a clock",
            """SELECT name FROM orders o WHERE state NOT IN ('confirmed', 'declined', 'cancelled', 'missed')
               AND NOT EXISTS (SELECT 1 FROM timers t WHERE t.key = 'order:' || o.name)""",
        ),
        (
            "two incidents of one person are open",
            "SELECT subject FROM incidents WHERE state = 'open' GROUP BY subject HAVING count(*) > 1",
        ),
    ),
    "device": (
        (
            "an alarm nobody has and nobody will hand over",
            """SELECT name FROM alarms a WHERE handed_over_to = '' AND NOT EXISTS (
                   SELECT 1 FROM timers t WHERE t.key = 'hand-over:' || a.name) AND NOT EXISTS (
                   SELECT 1 FROM effects e WHERE e.key = 'open_incident:' || a.name AND e.settled_at IS NULL)""",
        ),
    ),
    "notify": (
        (
            "an open ladder has no next step",
            """SELECT incident FROM ladders l WHERE state = 'open' AND NOT EXISTS (
                   SELECT 1 FROM timers t WHERE t.key = 'ladder:' || l.incident)""",
        ),
        (
            "somebody of a ladder was left out, and had not said that they cannot come",
            """SELECT l.incident FROM ladders l JOIN ladder_rungs r ON r.incident = l.incident AND r.step <= l.step
               WHERE NOT EXISTS (SELECT 1 FROM messages m WHERE m.incident = r.incident AND m.step = r.step
                                 AND m.recipient = r.recipient AND m.is_call)
               AND NOT EXISTS (SELECT 1 FROM answers a WHERE a.incident = r.incident AND a.person = r.recipient
                               AND a.answer = 'cannot')""",
        ),
        (
            "one was called twice in a step",
            """SELECT m.incident FROM recorded_messages r JOIN messages m ON m.name = r.key
               GROUP BY m.incident, m.order_name, m.step, m.occasion, m.recipient, m.channel, m.template
               HAVING count(*) > 1""",
        ),
        (
            "a message is said to be sent and no phone has it",
            """SELECT name FROM messages m WHERE state = 'sent' AND channel IN ('voice', 'sms', 'push')
               AND NOT EXISTS (SELECT 1 FROM recorded_messages r WHERE r.key = m.name)""",
        ),
    ),
    "payment": (
        ("money came from nowhere", "SELECT asset FROM entries GROUP BY asset HAVING sum(amount) <> 0"),
        (
            "more was taken than was held",
            """SELECT r.name FROM transfers r JOIN transfers p ON p.name = r.resolves WHERE r.amount > p.amount""",
        ),
        (
            "a hold ended twice",
            "SELECT resolves FROM transfers WHERE resolves IS NOT NULL GROUP BY resolves HAVING count(*) > 1",
        ),
    ),
}
_READS = {sql: frozenset(re.findall(r"\b(?:FROM|JOIN) (\w+)", sql)) for told in _ALWAYS.values() for _, sql in told}
_AT_REST = {
    "a fact has not left": "SELECT aggregate FROM outbox",
    "an event is set aside": "SELECT type FROM set_aside",
    "a call is not settled": "SELECT key FROM effects WHERE settled_at IS NULL",
    "a timer is parked or overdue": "SELECT key FROM timers WHERE parked_at IS NOT NULL OR due_at <= app_now()",
}


_NEVER_AT_THE_DESK = """
    SELECT l.incident FROM ladders l
    WHERE NOT EXISTS (SELECT 1 FROM answers a WHERE a.incident = l.incident)
    AND l.going = '[]'
    AND max(l.start_time, :whole) + :slack + 1000000 * (
        SELECT sum(wait_s) FROM ladder_steps s WHERE s.incident = l.incident AND NOT is_desk) < l.close_time
    AND NOT EXISTS (SELECT 1 FROM messages m JOIN ladder_steps s ON s.incident = m.incident AND s.step = m.step
                    WHERE m.incident = l.incident AND s.is_desk AND m.is_call)"""
_SLACK = seconds(90)  # a timer that failed is tried again within a minute


class Watch:
    """Looks after every commit; remembers who handled what."""

    def __init__(self) -> None:
        self.handled: dict[tuple[str, str], list[int]] = {}

    def committed(self, suite: Any, session: Session) -> None:
        service = session.memory.service
        for consumer, aggregate, sequence in session.handled:
            before = self.handled.setdefault((consumer, aggregate), [])
            if before and before[-1] >= sequence:
                suite.broken = f"{consumer} handled {sequence} of {aggregate} after {before[-1]}"
            before.append(sequence)
        session.handled.clear()
        db, touched = session.memory.db, session.memory.touched
        for what, sql in _ALWAYS[service]:
            if touched.isdisjoint(_READS[sql]):
                continue
            found = db.execute(sql).fetchone()
            if found is not None:
                suite.broken = suite.broken or f"{what}: {found[0]}"


def at_rest(suite: Any) -> None:
    """Raises Broken unless everything that was begun has come to its end."""
    for service, memory in suite.memories.items():
        for what, sql in _AT_REST.items():
            _none(f"{service}: {what}", memory.db.execute(sql).fetchall())
        if suite.broker.queues[service].count or suite.broker.queues[service].unacked:
            raise Broken(f"{service}: a queue is not empty")
    _everybody_heard(suite)
    order, device = suite.memories["order"].db, suite.memories["device"].db
    homes = {name for (name,) in order.execute("SELECT alarm FROM alarm_homes")}
    alarms = device.execute("SELECT name, handed_over_to FROM alarms").fetchall()
    _none("an alarm belongs to nothing", [name for name, to in alarms if name not in homes or not to])
    incidents = {name for (name,) in order.execute("SELECT name FROM incidents")}
    ladders = {name for (name,) in suite.memories["notify"].db.execute("SELECT incident FROM ladders")}
    _none("an incident has no ladder", incidents - ladders)
    walked = {"whole": suite.whole, "slack": _SLACK}
    _none(
        "nobody answered and the desk was never called",
        suite.memories["notify"].db.execute(_NEVER_AT_THE_DESK, walked).fetchall(),
    )
    _money(suite)


def _everybody_heard(suite: Any) -> None:
    """Every fact that is bound to a consumer was handled by it."""
    for service, memory in suite.memories.items():
        for kind, aggregate, sequence in memory.db.execute("SELECT type, aggregate, sequence FROM events"):
            for consumer, _ in suite.broker.bound.get(kind, ()):
                if sequence not in suite.watch.handled.get((consumer, aggregate), ()):
                    raise Broken(f"{consumer} never handled {kind} of {service}")


def _money(suite: Any) -> None:
    payment = suite.memories["payment"].db
    _none("the ledger's auditor finds", payment.execute(functions.breaches()).fetchall())
    states = dict(payment.execute("SELECT order_name, state FROM settlements").fetchall())
    for name, state in suite.memories["order"].db.execute("SELECT name, state FROM orders"):
        wanted = {"confirmed": "settled", "cancelled": "released", "missed": "released"}.get(state)
        if wanted and states.get(name) != wanted:
            raise Broken(f"{name} is {state} and its money {states.get(name)}")
    for key, held in suite.till.held.items():
        if not held.ended:
            raise Broken(f"the processor still holds {held.minor} of {key}")


def _none(what: str, found: Any) -> None:
    if found:
        raise Broken(f"{what}: {next(iter(found))}")
