"""Ingress' hands in the database: the same use cases as everywhere, in threads, one transaction a batch."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from chassis.clock import wall_now
from chassis.context import Context
from chassis.database import Database
from chassis.seal import Seals
from device_service.adapters.contract import Adapter
from device_service.frame.received import Received, Stored, Stray
from device_service.frame.use_cases import store_frames, store_strays

ACTOR = "services/device"


class Ledger:
    def __init__(self, database: Database, seals: Seals, adapters: Mapping[str, Adapter]) -> None:
        self._database, self._seals, self._adapters = database, seals, adapters
        self._shift = timedelta()

    def now(self) -> datetime:
        """The database's clock, as of the last transaction."""
        return wall_now() + self._shift

    def store(self, frames: Sequence[Received]) -> list[Stored]:
        """Returns only after the commit."""
        with self._database.transaction(Context(actor=ACTOR)) as work:
            outcomes = store_frames(work, frames, seals=self._seals, adapters=self._adapters)
            self._shift = work.now - wall_now()
        return outcomes

    def keep(self, strays: Sequence[Stray]) -> None:
        with self._database.transaction(Context(actor=ACTOR)) as work:
            store_strays(work, strays, seals=self._seals)

    def is_up(self) -> bool:
        return self._database.is_up()
