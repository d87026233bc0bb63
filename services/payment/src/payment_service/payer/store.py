"""Who pays the secure part: a processor's token, sealed with the person's key."""

from __future__ import annotations

from dataclasses import dataclass

from chassis.ids import uuid7
from chassis.seal import Seals
from chassis.subject_keys import destroy, open_for, seal_for
from chassis.work import Work


@dataclass(frozen=True, slots=True, kw_only=True)
class Payer:
    """`payers/…` and the processor that gave its token; both empty where nobody pays."""

    name: str = ""
    processor: str = ""


class PayerGone(Exception):
    """The token was never there, or was destroyed with its person."""


def put(work: Work, seals: Seals, *, person: str, processor: str, token: str, put_by: str) -> str:
    """The newest token is the one that is used; returns the payer's name."""
    name = f"payers/{uuid7()}"
    sealed = seal_for(work, seals, subject=person, plain=token.encode(), place=_place(name))
    work.lock(f"payers-of/{person}")
    work.run("UPDATE payers SET replaced_time = app_now() WHERE person = %s AND replaced_time IS NULL", [person])
    work.run(
        "INSERT INTO payers (name, person, processor, sealed_token, put_by) VALUES (%s, %s, %s, %s, %s)",
        [name, person, processor, sealed, put_by],
    )
    return name


def current(work: Work, person: str) -> Payer:
    row = work.one("SELECT name, processor FROM payers WHERE person = %s AND replaced_time IS NULL", [person])
    return Payer(name=row["name"], processor=row["processor"]) if row else Payer()


def token_of(work: Work, seals: Seals, name: str) -> str:
    """Opened at the moment of use and kept nowhere; raises PayerGone."""
    row = work.one("SELECT person, sealed_token FROM payers WHERE name = %s", [name])
    if row is None:
        raise PayerGone(name)
    return open_for(work, seals, subject=row["person"], sealed=bytes(row["sealed_token"]), place=_place(name)).decode()


def erase(work: Work, person: str) -> None:
    destroy(work, person)
    work.run("DELETE FROM payers WHERE person = %s", [person])


def _place(name: str) -> str:
    return f"payers.sealed_token:{name}"
