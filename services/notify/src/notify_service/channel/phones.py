"""What the recorder kept, as the phones of made-up people show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chassis.seal import Seals
from chassis.work import Work
from notify_service.message import store as messages
from notify_service.message.compose import names_of, sentence_of
from notify_service.message.store import StoredMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    message: StoredMessage
    text: str
    display_name: str
    record_time: datetime


def recorded(work: Work, seals: Seals, region: str, limit: int) -> list[Recorded]:
    """The newest of a region and all below it. Words are made anew: no text is stored."""
    below = region.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "/%"
    rows = work.all(
        """SELECT r.key, r.language, r.record_time FROM recorded_messages r JOIN messages m ON m.name = r.key
           WHERE m.region = %s OR m.region LIKE %s ORDER BY r.id DESC LIMIT %s""",
        [region, below, limit],
    )
    found = [(row, message) for row in rows if (message := messages.get(work, row["key"]))]
    names = names_of(work, seals, list({message.recipient for _, message in found}))
    return [
        Recorded(
            message=message,
            text=sentence_of(work, seals, message, row["language"]).text,
            display_name=names.get(message.recipient, ""),
            record_time=row["record_time"],
        )
        for row, message in found
    ]
