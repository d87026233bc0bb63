"""What was set aside is tried again through the same handlers, in the aggregate's order; then parked and shown."""

import structlog
from psycopg import Connection
from psycopg.rows import DictRow

from chassis.database import is_collision, is_lost, notify
from chassis.envelope import from_wire
from chassis.subscriber import Arrived, Delivery, Subscriber

log = structlog.get_logger(__name__)

ATTEMPTS = 10
LONGEST_DELAY_S = 300


class SetAsideRunner:
    """Only the oldest event of an aggregate is tried; the others wait behind it, also behind a parked one."""

    def __init__(self, url: str, subscriber: Subscriber) -> None:
        self.url, self.subscriber = url, subscriber

    def tick(self, connection: Connection[DictRow]) -> int:
        """Retries at most one event; returns how many."""
        row: DictRow | None = None
        try:
            with connection.transaction():
                row = self._claim(connection)
                if row is None:
                    return 0
                rings = self.subscriber.run(connection, _arrived(row))
                connection.execute("DELETE FROM set_aside WHERE id = %s", [row["id"]])
                self._wake_next(connection, row)
        except Exception as failure:
            if row is None or is_lost(connection):
                raise
            if not is_collision(failure):
                self._postpone(connection, row, failure)
            return 1
        notify(connection, {*rings, "set_aside"})
        return 1

    def _claim(self, connection: Connection[DictRow]) -> DictRow | None:
        return connection.execute(
            """SELECT * FROM set_aside s WHERE consumer = %s AND parked_at IS NULL AND next_at <= app_now()
               AND NOT EXISTS (SELECT FROM set_aside e WHERE e.consumer = s.consumer AND e.aggregate = s.aggregate
                               AND e.id < s.id)
               ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED""",
            [self.subscriber.consumer],
        ).fetchone()

    def _wake_next(self, connection: Connection[DictRow], row: DictRow) -> None:
        connection.execute(
            """UPDATE set_aside SET next_at = app_now() WHERE consumer = %s AND aggregate = %s
               AND parked_at IS NULL AND reason = 'WAITS'""",
            [row["consumer"], row["aggregate"]],
        )

    def _postpone(self, connection: Connection[DictRow], row: DictRow, failure: Exception) -> None:
        attempts = row["attempts"] + 1
        parked = attempts >= ATTEMPTS
        log.warning(
            "event.parked" if parked else "event.failed_again",
            event_id=str(row["event_id"]),
            type=row["type"],
            attempt=attempts,
            reason=type(failure).__name__,
        )
        connection.execute(
            """UPDATE set_aside SET attempts = %s, error = %s, reason = %s, last_at = app_now(),
                   next_at = app_now() + %s * interval '1 second', parked_at = CASE WHEN %s THEN app_now() END
               WHERE id = %s""",
            [
                attempts,
                repr(failure)[:2000],
                type(failure).__name__,
                min(2**attempts, LONGEST_DELAY_S),
                parked,
                row["id"],
            ],
        )


def _arrived(row: DictRow) -> Arrived:
    headers = dict(row["headers"])
    content_type = headers.pop("content_type", None)
    delivery = Delivery(headers=headers, content_type=content_type, body=bytes(row["body"]))
    return Arrived(from_wire(headers, content_type, delivery.body), delivery)
