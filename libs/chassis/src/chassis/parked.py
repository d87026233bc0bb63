"""A parked fact of the urgent lane pages a human. Read from the stores: whoever parked it, nobody forgets to tell."""

from typing import Any

from google.protobuf import symbol_database

from chassis.paging import Occasion, Page, page
from chassis.topology import lane_of
from chassis.work import Work

PARKED = "parked"

_PARKED = """WITH parked AS (
    SELECT 'outbox' AS place, e.id, e.type, e.aggregate, e.region, e.correlation, o.parked_at
    FROM outbox o JOIN events e ON e.id = o.event_id AND e.time = o.event_time WHERE o.parked_at IS NOT NULL
    UNION ALL
    SELECT 'set_aside', event_id, type, aggregate, coalesce(headers ->> 'ce-region', ''),
        coalesce(headers ->> 'ce-correlation', ''), parked_at
    FROM set_aside WHERE parked_at IS NOT NULL)
SELECT * FROM parked"""


def page_parked(work: Work) -> None:
    """Once each time it is parked: parked again after a replay is told again."""
    for row in work.all(_PARKED):
        if is_urgent(row["type"]):
            page(
                work,
                f"{row['place']}:{row['id']}:{row['parked_at'].timestamp():.0f}",
                reason=PARKED,
                region=row["region"],
                correlation=row["correlation"],
                event=str(row["id"]),
                type=row["type"],
                aggregate=row["aggregate"],
                receive_time=row["parked_at"].isoformat(),
            )


def oldest_parked(work: Work, count: int = 20) -> list[dict[str, Any]]:
    """Of both places: id, type, aggregate, region, parked_at."""
    return work.all(f"{_PARKED} ORDER BY parked_at LIMIT %s", [count])


def is_urgent(type_name: str) -> bool:
    """What this process does not know is urgent."""
    try:
        return lane_of(symbol_database.Default().GetSymbol(type_name)) == "urgent"
    except (KeyError, ValueError):
        return True


def _is_still(work: Work, told: Page) -> bool:
    row = work.one(
        """SELECT 1 AS one FROM outbox WHERE parked_at IS NOT NULL AND event_id = %(event)s::uuid
           UNION ALL SELECT 1 FROM set_aside WHERE parked_at IS NOT NULL AND event_id = %(event)s::uuid""",
        {"event": told["event"]},
    )
    return row is not None


STILL_PARKED = Occasion(is_needed=_is_still)
