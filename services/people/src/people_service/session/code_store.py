"""SQL of codes that were asked for. Known and unknown phones alike, as blind indexes."""

from __future__ import annotations

from datetime import datetime

from chassis.work import Work
from people_service.session.code import KEPT, WINDOW, CodeAsked


def times_asked(work: Work, phone_blind: bytes) -> list[datetime]:
    """When codes for that phone were asked for within the window, oldest first; one asker at a time."""
    work.lock(f"codes/{phone_blind.hex()}")
    rows = work.all(
        "SELECT asked_at FROM sign_in_codes WHERE phone_blind = %s AND asked_at > %s ORDER BY asked_at",
        (phone_blind, work.now - WINDOW),
    )
    return [row["asked_at"] for row in rows]


def add(work: Work, asked: CodeAsked) -> None:
    work.run(
        "INSERT INTO sign_in_codes (challenge, phone_blind, asked_at) VALUES (%s, %s, %s)",
        (asked.challenge, asked.phone_blind, asked.asked_at),
    )


def load(work: Work, challenge: str) -> CodeAsked | None:
    """Locked until the transaction ends."""
    row = work.one(
        """SELECT challenge, phone_blind, asked_at, tries, used_at FROM sign_in_codes
           WHERE challenge = %s FOR UPDATE""",
        (challenge,),
    )
    if row is None:
        return None
    return CodeAsked(
        challenge=str(row["challenge"]),
        phone_blind=bytes(row["phone_blind"]),
        asked_at=row["asked_at"],
        tries=row["tries"],
        used_at=row["used_at"],
    )


def count_try(work: Work, challenge: str) -> None:
    work.run("UPDATE sign_in_codes SET tries = tries + 1 WHERE challenge = %s", (challenge,))


def failures_of(work: Work, phone_blind: bytes) -> int:
    """Tries of a day at this phone's codes since one of them opened; one guesser at a time."""
    work.lock(f"codes/{phone_blind.hex()}")
    row = work.one(
        """SELECT coalesce(sum(c.tries), 0) AS tries FROM sign_in_codes c
           WHERE c.phone_blind = %(phone)s AND c.asked_at > %(since)s AND c.asked_at > coalesce(
               (SELECT max(o.asked_at) FROM sign_in_codes o
                WHERE o.phone_blind = %(phone)s AND o.used_at IS NOT NULL), '-infinity')""",
        {"phone": phone_blind, "since": work.now - KEPT},
    )
    return int(row["tries"]) if row else 0


def use(work: Work, challenge: str) -> None:
    work.run("UPDATE sign_in_codes SET used_at = app_now() WHERE challenge = %s", (challenge,))


def holder_of(work: Work, phone_blind: bytes) -> str | None:
    row = work.one("SELECT person FROM identifiers WHERE phone_blind = %s", (phone_blind,))
    return row["person"] if row else None


def drop_old(work: Work, limit: int = 1_000) -> int:
    return work.run(
        """DELETE FROM sign_in_codes WHERE challenge IN (
               SELECT challenge FROM sign_in_codes WHERE asked_at <= %s ORDER BY asked_at LIMIT %s
               FOR UPDATE SKIP LOCKED)""",
        (work.now - KEPT, limit),
    )
