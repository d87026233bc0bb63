"""Every half minute core looks at the stores, not at the queues."""

import structlog
from prometheus_client import Gauge

from chassis.work import Work
from device_service.alarm.hand_over import find_forgotten

log = structlog.get_logger(__name__)

WAITING = Gauge("eldercare_device_alarms_not_handed_over", "Alarms no incident or task has yet")
MONTHS_AHEAD = 3
UNKNOWN_KEPT_DAYS = 30
STRAYS_KEPT_DAYS = 90


def audit(work: Work) -> None:
    forgotten = find_forgotten(work)
    if forgotten:
        log.error("alarm.forgotten", count=forgotten)
    row = work.one("SELECT count(*) AS n FROM alarms WHERE handed_over_to = ''")
    WAITING.set(row["n"] if row else 0)
    make_partitions(work)
    forget_strays(work)


def make_partitions(work: Work) -> None:
    """Months ahead; a row of a month without partition goes to the default one and is not lost."""
    for table in ("frames", "observations"):
        work.run(
            """SELECT ensure_partition(%s, (date_trunc('month', app_now()) + m * interval '1 month')::date)
               FROM generate_series(0, %s) m""",
            [table, MONTHS_AHEAD],
        )


def forget_strays(work: Work) -> None:
    """Noise and strangers are not kept for ever."""
    work.run(
        "DELETE FROM unknown_devices WHERE last_seen_time < app_now() - %s * interval '1 day'", [UNKNOWN_KEPT_DAYS]
    )
    work.run("DELETE FROM stray_frames WHERE receive_time < app_now() - %s * interval '1 day'", [STRAYS_KEPT_DAYS])
