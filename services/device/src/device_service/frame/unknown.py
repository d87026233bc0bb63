"""Who spoke to us without being registered: counted always, kept up to a bound, shown to operators."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chassis.ids import uuid7
from chassis.refusal import Refusal
from chassis.seal import Seals
from chassis.work import Work
from device_service.frame.received import Stray

UNKNOWN_DEVICE = "UNKNOWN_DEVICE"
KEPT_OF_EACH = 20
_LONGEST_KEPT = 4_096


class UnknownDevicesAreCitywide(Refusal):
    status = "PERMISSION_DENIED"
    sentence = "Who speaks without being registered belongs to no district yet; ask an operator of the city."


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownDevice:
    adapter: str
    identity: str
    frame_count: int
    first_seen_time: datetime
    last_seen_time: datetime


def store_unknown(work: Work, seals: Seals, strays: Sequence[Stray]) -> None:
    """Counts every frame of an unregistered identity; the first few are kept."""
    counts = Counter((stray.adapter, stray.identity) for stray in strays)
    room = {key: _count(work, *key, counts[key]) for key in sorted(counts)}
    for stray in strays:
        key = (stray.adapter, stray.identity)
        if room[key] > 0:
            room[key] -= 1
            keep_stray(work, seals, stray)


def keep_stray(work: Work, seals: Seals, stray: Stray) -> None:
    name = uuid7()
    sealed = seals.seal(stray.data[:_LONGEST_KEPT], place=f"stray_frames.sealed:{name}")
    work.run(
        "INSERT INTO stray_frames (id, adapter, identity, reason, size, sealed) VALUES (%s, %s, %s, %s, %s, %s)",
        [name, stray.adapter, stray.identity, stray.reason, len(stray.data), sealed],
    )


def forget_unknown(work: Work, adapter: str, identity: str) -> None:
    """It is registered now; the frames it sent before stay."""
    work.run("DELETE FROM unknown_devices WHERE adapter = %s AND identity = %s", [adapter, identity])


def list_unknown(work: Work, *, before: tuple[datetime, str, str] | None, limit: int) -> list[UnknownDevice]:
    """Newest first."""
    seen, adapter, identity = before or (None, "", "")
    rows = work.all(
        """SELECT adapter, identity, frame_count, first_seen_time, last_seen_time FROM unknown_devices
           WHERE %(seen)s::timestamptz IS NULL OR last_seen_time < %(seen)s
              OR last_seen_time = %(seen)s AND (adapter, identity) > (%(adapter)s, %(identity)s)
           ORDER BY last_seen_time DESC, adapter, identity LIMIT %(limit)s""",
        {"seen": seen, "adapter": adapter, "identity": identity, "limit": limit},
    )
    return [UnknownDevice(**row) for row in rows]


def _count(work: Work, adapter: str, identity: str, frames: int) -> int:
    """How many of these frames may still be kept."""
    row = work.one(
        """INSERT INTO unknown_devices AS u
               (adapter, identity, frame_count, kept_count, first_seen_time, last_seen_time)
           VALUES (%(adapter)s, %(identity)s, %(frames)s, least(%(frames)s, %(most)s), app_now(), app_now())
           ON CONFLICT (adapter, identity) DO UPDATE SET last_seen_time = app_now(),
               frame_count = u.frame_count + excluded.frame_count,
               kept_count = least(u.kept_count + excluded.frame_count, %(most)s)
           RETURNING frame_count - %(frames)s AS before""",
        {"adapter": adapter, "identity": identity, "frames": frames, "most": KEPT_OF_EACH},
    )
    return max(0, KEPT_OF_EACH - int(row["before"])) if row else 0
