"""What the recorder kept, as the phones of made-up people show it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chassis.refusal import Refusal
from chassis.seal import Seals
from chassis.work import Work
from notify_service.channel.recorder import text_place
from notify_service.contact.store import Sealed
from notify_service.contact.use_cases import unseal
from notify_service.message import store as messages
from notify_service.message.compose import names_of, sentence_of
from notify_service.message.domain import Template
from notify_service.message.store import StoredMessage


class NoCodeSent(Refusal):
    status = "NOT_FOUND"
    sentence = "No code was sent to this phone. Ask for one, and look again a second later."


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


def newest_code(work: Work, seals: Seals, phone: str) -> tuple[str, datetime]:
    """The text of the newest sign-in code that phone got, and when; raises NoCodeSent."""
    row = work.one(
        """SELECT r.key, r.recipient, r.sealed_text, r.record_time, k.wrapped FROM recorded_messages r
           LEFT JOIN subject_keys k ON k.subject = r.recipient WHERE r.value_index = %s AND r.template = %s
           ORDER BY r.id DESC LIMIT 1""",
        [seals.blind(phone.encode(), field="contact_point"), Template.SIGN_IN_CODE],
    )
    if row is None:
        raise NoCodeSent
    sealed = Sealed(owner=row["recipient"], sealed=row["sealed_text"], wrapped=row["wrapped"])
    text = unseal(seals, sealed, text_place(row["key"]))
    if text is None:
        raise NoCodeSent
    return text, row["record_time"]
