"""Outbox → broker: one active relay a database, in each aggregate's order, confirmed before it is forgotten."""

from collections.abc import Iterator, Sequence

import psycopg
import structlog
from psycopg import Connection
from psycopg.rows import DictRow

from chassis.clock import monotonic
from chassis.loops import Loop
from chassis.metrics import RECONNECTS, RELAY_ACTIVE, RELAY_BATCH, RELAY_BROKER, RELAYED
from chassis.publisher import CONFIRM_S, BrokerLost, Publisher
from chassis.topology import urgent_nouns

log = structlog.get_logger(__name__)

BATCH = 256
LOCK = 0x72656C61  # advisory lock of the relay, one a database
LOCK_WAIT = "2s"  # then it looks whether it was told to stop
ATTEMPTS = 30
LONGEST_DELAY_S = 30.0
REST_S = 0.5
# A frozen relay would hold the lock for ever: the server ends a session that has been silent this long.
FROZEN = "30s"


class Relay:
    """The active relay of one database; others wait for its lock."""

    def __init__(
        self,
        database_url: str,
        broker_url: str,
        service: str,
        *,
        confirm_s: float = CONFIRM_S,
        frozen: str = FROZEN,
    ) -> None:
        self._service = service
        self._publisher = Publisher(broker_url, service, confirm_s=confirm_s)
        self._confirmed, self._refused = RELAYED.labels(service, "confirmed"), RELAYED.labels(service, "refused")
        self._sent, self._broker = RELAY_BATCH.labels(service), RELAY_BROKER.labels(service)
        self._urgent = urgent_nouns(service)
        self._due_rows = _due(len(self._urgent))
        self._locked: Connection[DictRow] | None = None
        self._one_by_one = False
        self._lost = False
        self._rest_until = 0.0
        self.loop = Loop(
            database_url,
            name=f"{service}.relay",
            channel="outbox",
            tick=self.tick,
            idle_session_timeout=frozen,
            # A batch of pointers is followed into a journal that is never read whole, whatever its statistics say.
            enable_hashjoin="off",
            enable_mergejoin="off",
        )

    @property
    def is_active(self) -> bool:
        """Whether this relay holds the lock."""
        return self._locked is not None

    @property
    def is_lost(self) -> bool:
        """Whether the broker did not answer when last spoken to."""
        return self._lost

    def tick(self, connection: Connection[DictRow]) -> int:
        """Sends a batch; returns how many rows got an answer."""
        if not self._holds_lock(connection) or monotonic() < self._rest_until:
            return 0
        rows = self._due(connection)
        try:
            answered = self._send_all(connection, rows)
            if not rows:
                self._publisher.beat()
        except BrokerLost as lost:
            self._rest(lost)
            return 0
        if self._lost:
            log.info("broker.found", service=self._service)
        self._lost = False
        self._broker.set(1)
        return answered

    def _rest(self, lost: BrokerLost) -> None:
        if not self._lost:
            log.warning("broker.lost", service=self._service, reason=str(lost))
            RECONNECTS.labels(f"{self._service}.relay", "broker").inc()
            self._broker.set(0)
        self._lost, self._one_by_one = True, lost.poison
        self._rest_until = monotonic() + REST_S

    def _holds_lock(self, connection: Connection[DictRow]) -> bool:
        """Waits for the session lock on the claiming connection itself: no lock, no claim."""
        if self._locked is not connection:
            self._locked = connection if _locked(connection) else None
            if self._locked is None:
                self._publisher.drop()
            RELAY_ACTIVE.labels(self._service).set(self._locked is not None)
        return self._locked is connection

    def _due(self, connection: Connection[DictRow]) -> list[DictRow]:
        """The oldest rows of the urgent nouns, then the oldest of the others."""
        limits = [part for noun in self._urgent for part in (noun, BATCH)]
        return connection.execute(self._due_rows, [*limits, BATCH, self._urgent, BATCH]).fetchall()

    def _send_all(self, connection: Connection[DictRow], rows: Sequence[DictRow]) -> int:
        """What is refused holds back its own aggregate only."""
        answered, held = 0, set[str]()
        for turn in ([row] for row in rows) if self._one_by_one else _rounds(rows):
            ready = [row for row in turn if row["aggregate"] not in held]
            refused = self._send(connection, ready) if ready else {}
            held |= {row["aggregate"] for row in ready if row["outbox_position"] in refused}
            answered += len(ready)
        self._one_by_one = False
        return answered

    def _send(self, connection: Connection[DictRow], rows: Sequence[DictRow]) -> dict[int, str]:
        try:
            answers = self._publisher.publish(rows)
        except BrokerLost as lost:
            if not (lost.poison and self._one_by_one):
                raise
            confirmed, refused = [], {rows[0]["outbox_position"]: f"POISON:{lost}"}
        else:
            confirmed, refused = answers.confirmed, answers.refused
        self._count(len(confirmed), len(refused))
        if confirmed:
            connection.execute("DELETE FROM outbox WHERE position = ANY(%s)", [confirmed])
        for row in rows:
            if row["outbox_position"] in refused:
                self._postpone(connection, row, refused[row["outbox_position"]])
        return refused

    def _count(self, confirmed: int, refused: int) -> None:
        self._sent.observe(confirmed + refused)
        self._confirmed.inc(confirmed)
        self._refused.inc(refused)

    def _postpone(self, connection: Connection[DictRow], row: DictRow, reason: str) -> None:
        attempts = row["attempts"] + 1
        parked = attempts >= ATTEMPTS
        log.warning("event.parked" if parked else "event.refused", type=row["type"], reason=reason, attempt=attempts)
        connection.execute(
            """UPDATE outbox SET attempts = %s, error = %s, next_at = app_now() + %s * interval '1 second',
                   parked_at = CASE WHEN %s THEN app_now() END WHERE position = %s""",
            [attempts, reason, min(0.1 * 2**attempts, LONGEST_DELAY_S), parked, row["outbox_position"]],
        )


def _due(urgent: int) -> bytes:
    """A noun is one lane, so of an aggregate are read its oldest rows: in the order they were told, or none where its
    head is parked or not due yet. The oldest of all hold no urgent row that is not among the oldest of its noun."""
    parts = [_oldest("split_part(aggregate, '/', 1) = %s AND")] * urgent + [_oldest()]
    return f"""SELECT o.position AS outbox_position, o.attempts, e.* FROM ({" UNION ".join(parts)}) o
               JOIN events e ON e.id = o.event_id AND e.time = o.event_time
               ORDER BY split_part(o.aggregate, '/', 1) = ANY(%s) DESC, o.position LIMIT %s""".encode()  # noqa: S608 - ours


def _oldest(of: str = "") -> str:
    return f"""SELECT * FROM (
        SELECT position, attempts, event_id, event_time, aggregate FROM outbox
        WHERE {of} aggregate NOT IN (SELECT aggregate FROM outbox WHERE parked_at IS NOT NULL OR next_at > app_now())
        ORDER BY position LIMIT %s) oldest"""  # noqa: S608 - the same


def _locked(connection: Connection[DictRow]) -> bool:
    """Whether the lock came within the wait; a waiting relay is woken by the server the moment the other is gone."""
    try:
        with connection.transaction():
            connection.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_WAIT])
            connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
    except psycopg.errors.LockNotAvailable:
        return False
    return True


def _rounds(rows: Sequence[DictRow]) -> Iterator[list[DictRow]]:
    """An aggregate has at most one event in flight: its second goes in the second round, and so on."""
    rounds: list[list[DictRow]] = []
    turn: dict[str, int] = {}
    for row in rows:
        index = turn.get(row["aggregate"], 0)
        turn[row["aggregate"]] = index + 1
        if index == len(rounds):
            rounds.append([])
        rounds[index].append(row)
    yield from rounds
