"""SQL of credentials and of sign-in attempts. A login is only ever stored as its blind index."""

from __future__ import annotations

from chassis.work import Work
from people_service.session.domain import FORGOTTEN_AFTER, Attempts


def set_credentials(work: Work, person: str, login_blind: bytes, password_hash: str) -> bool:
    """Store how a person signs in; False when somebody else has the login."""
    forget(work, person)
    stored = work.run(
        """
        INSERT INTO credentials (person, login_blind, password_hash) VALUES (%s, %s, %s)
        ON CONFLICT (login_blind) DO NOTHING
        """,
        (person, login_blind, password_hash),
    )
    return stored == 1


def credentials_of(work: Work, login_blind: bytes) -> tuple[str, str] | None:
    """Return person and password hash."""
    row = work.one("SELECT person, password_hash FROM credentials WHERE login_blind = %s", (login_blind,))
    return (row["person"], row["password_hash"]) if row else None


def own_credentials(work: Work, person: str) -> tuple[bytes, str] | None:
    """Return login blind and password hash of somebody who signs in already."""
    row = work.one("SELECT login_blind, password_hash FROM credentials WHERE person = %s", (person,))
    return (bytes(row["login_blind"]), row["password_hash"]) if row else None


def rehash(work: Work, person: str, *, old: str, new: str) -> None:
    work.run("UPDATE credentials SET password_hash = %s WHERE person = %s AND password_hash = %s", (new, person, old))


def forget(work: Work, person: str) -> None:
    work.run("DELETE FROM credentials WHERE person = %s", (person,))


def attempts_of(work: Work, login_blind: bytes) -> Attempts:
    """Return the count of a login, locked until the transaction ends."""
    work.run(
        "INSERT INTO sign_in_attempts (login_blind, last_at) VALUES (%s, app_now()) ON CONFLICT DO NOTHING",
        (login_blind,),
    )
    row = work.one("SELECT failures, last_at FROM sign_in_attempts WHERE login_blind = %s FOR UPDATE", (login_blind,))
    if row is None:  # cleared by a success between the two statements
        return Attempts(failures=0, last_at=work.now)
    return Attempts(failures=row["failures"], last_at=row["last_at"])


def save_attempts(work: Work, login_blind: bytes, attempts: Attempts) -> None:
    work.run(
        """
        INSERT INTO sign_in_attempts AS a (login_blind, failures, last_at) VALUES (%s, %s, %s)
        ON CONFLICT (login_blind) DO UPDATE SET failures = excluded.failures, last_at = excluded.last_at
        """,
        (login_blind, attempts.failures, attempts.last_at),
    )


def clear_attempts(work: Work, login_blind: bytes) -> None:
    work.run("DELETE FROM sign_in_attempts WHERE login_blind = %s", (login_blind,))


def drop_forgotten_attempts(work: Work, limit: int = 1_000) -> int:
    """Remove counts that no longer matter, some at a time: guesses of unknown logins leave rows."""
    return work.run(
        """
        DELETE FROM sign_in_attempts WHERE login_blind IN (
            SELECT login_blind FROM sign_in_attempts WHERE last_at <= %s ORDER BY last_at LIMIT %s
            FOR UPDATE SKIP LOCKED
        )
        """,
        (work.now - FORGOTTEN_AFTER, limit),
    )
