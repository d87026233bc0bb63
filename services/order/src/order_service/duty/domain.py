"""A worker's or volunteer's duty: on from one moment until another, at a place."""

from dataclasses import dataclass
from datetime import datetime, timedelta

# Stored at most this often while the worker stays in one cell.
REPORT_EVERY = timedelta(seconds=60)


class DutyRefusal(Exception):
    def __init__(self, **metadata: str) -> None:
        super().__init__(" ".join(f"{key}={value}" for key, value in metadata.items()))
        self.metadata = metadata


class NoWorker(DutyRefusal):
    """The caller is neither a worker nor a volunteer now."""


class NotOnDuty(DutyRefusal):
    pass


@dataclass(slots=True, kw_only=True)
class Duty:
    worker: str
    on_duty: bool = False
    since_time: datetime | None = None
    cell: str = ""
    position_time: datetime | None = None
    is_changed: bool = False

    def go_on(self, cell: str, *, may_serve: bool, now: datetime) -> None:
        """Going on duty twice is being on duty, at the new place."""
        if not may_serve:
            raise NoWorker(worker=self.worker)
        if not self.on_duty:
            self.on_duty, self.since_time = True, now
        self._stand(cell, now)

    def report(self, cell: str, now: datetime) -> None:
        if not self.on_duty:
            raise NotOnDuty(worker=self.worker)
        if cell != self.cell or self.position_time is None or now - self.position_time >= REPORT_EVERY:
            self._stand(cell, now)

    def go_off(self) -> None:
        """Safe to call again."""
        if self.on_duty:
            self.on_duty, self.since_time, self.is_changed = False, None, True

    def _stand(self, cell: str, now: datetime) -> None:
        self.cell, self.position_time, self.is_changed = cell, now, True
