"""SQL of accounts at identity providers."""

from __future__ import annotations

from chassis.work import Work


def link(work: Work, account_blind: bytes, person: str, issuer: str) -> bool:
    """One account a provider for a person, the last one linked; False when the account is somebody else's."""
    work.run("DELETE FROM provider_links WHERE person = %s AND issuer = %s", (person, issuer))
    linked = work.run(
        """INSERT INTO provider_links (account_blind, person, issuer) VALUES (%s, %s, %s)
           ON CONFLICT (account_blind) DO NOTHING""",
        (account_blind, person, issuer),
    )
    return linked == 1


def holder_of(work: Work, account_blind: bytes) -> str | None:
    row = work.one("SELECT person FROM provider_links WHERE account_blind = %s", (account_blind,))
    return row["person"] if row else None


def forget(work: Work, person: str) -> None:
    work.run("DELETE FROM provider_links WHERE person = %s", (person,))
