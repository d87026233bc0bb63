"""What falls due by the clock: one look a service, which rings for whoever has something to do."""

from collections.abc import Collection
from typing import ClassVar

from psycopg import Connection
from psycopg.rows import DictRow

from chassis.database import notify
from chassis.work import bell_of

_DUE = b"""SELECT 'timers' AS bell, false AS is_call, '' AS lane WHERE EXISTS (
               SELECT FROM timers WHERE parked_at IS NULL AND due_at <= app_now() AND kind = ANY(%s))
           UNION ALL SELECT 'set_aside', false, '' WHERE EXISTS (
               SELECT FROM set_aside WHERE parked_at IS NULL AND next_at <= app_now())
           UNION ALL SELECT DISTINCT kind, true, lane FROM effects
               WHERE settled_at IS NULL AND due_at <= app_now() AND kind = ANY(%s)"""


class DueLook:
    """Everything new rings by itself. Those it rings for look too, but seldom: a look that finds nothing costs as much
    as one that finds something, and there are many of them."""

    EVERY_S: ClassVar[float] = 0.25
    OTHERS_EVERY_S: ClassVar[float] = 5.0

    def __init__(self, timers: Collection[str], effects: Collection[str]) -> None:
        self._kinds = [list(timers), list(effects)]

    def tick(self, connection: Connection[DictRow]) -> int:
        """Returns 0 so that the loop waits."""
        rows = connection.execute(_DUE, self._kinds).fetchall()
        notify(connection, {bell_of(row["bell"], row["lane"]) if row["is_call"] else row["bell"] for row in rows})
        return 0
