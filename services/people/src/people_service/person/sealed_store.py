"""SQL of direct identifiers. Nothing here is readable without the person's own key."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from chassis.seal import Seals
from chassis.subject_keys import destroy, open_for, open_with, seal_for
from chassis.work import Work
from people_service.person.identifiers import Identifiers, Position
from people_service.region.domain import Scope

_SEALED = ("display_name", "phone", "address", "access_notes", "home")


def add(work: Work, seals: Seals, person: str, told: Identifiers) -> bool:
    """Store a person's identifiers; False when somebody else has the phone."""
    plain = {
        "display_name": told.display_name.encode(),
        "phone": told.phone.encode(),
        "address": told.address.encode(),
        "access_notes": told.access_notes.encode(),
        "home": told.home.packed() if told.home else b"",
    }
    sealed = {field: _seal(work, seals, person, field, plain[field]) for field in _SEALED}
    blind = phone_blind(seals, told.phone) if told.phone else None
    added = work.run(
        """
        INSERT INTO identifiers (person, display_name, phone, address, access_notes, home, phone_blind)
        VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (phone_blind) DO NOTHING
        """,
        (person, *(sealed[field] for field in _SEALED), blind),
    )
    return added == 1


def load(work: Work, seals: Seals, person: str) -> Identifiers | None:
    row = work.one(
        "SELECT display_name, phone, address, access_notes, home FROM identifiers WHERE person = %s", (person,)
    )
    if row is None:
        return None
    home = _open(work, seals, person, "home", row)
    return Identifiers(
        display_name=_open(work, seals, person, "display_name", row).decode(),
        phone=_open(work, seals, person, "phone", row).decode(),
        address=_open(work, seals, person, "address", row).decode(),
        access_notes=_open(work, seals, person, "access_notes", row).decode(),
        home=Position.unpacked(home) if home else None,
    )


def display_names(work: Work, seals: Seals, persons: Collection[str]) -> dict[str, str]:
    """Those of persons who were erased are absent."""
    rows = work.all(
        """
        SELECT person, display_name, wrapped FROM identifiers JOIN subject_keys ON subject = person
        WHERE person = ANY(%s) AND display_name IS NOT NULL AND wrapped IS NOT NULL
        """,
        (list(persons),),
    )
    return {row["person"]: _display_name(seals, row).decode() for row in rows}


def with_phone(work: Work, scope: Scope, blind: bytes) -> str | None:
    """Return who has that phone, if the person lives in the scope."""
    row = work.one(
        "SELECT name, region FROM identifiers JOIN persons ON name = person WHERE phone_blind = %s",
        (blind,),
    )
    return row["name"] if row and scope.covers(row["region"]) else None


def erase(work: Work, person: str) -> None:
    """Destroy the key, and with it every copy of the sealed bytes; then drop the bytes that are here."""
    destroy(work, person)
    work.run(
        """
        UPDATE identifiers SET display_name = NULL, phone = NULL, phone_blind = NULL, address = NULL,
            access_notes = NULL, home = NULL
        WHERE person = %s
        """,
        (person,),
    )


def phone_blind(seals: Seals, phone: str) -> bytes:
    return seals.blind(phone.encode(), field="phone")


def _seal(work: Work, seals: Seals, person: str, field: str, plain: bytes) -> bytes | None:
    return seal_for(work, seals, subject=person, plain=plain, place=_place(person, field)) if plain else None


def _open(work: Work, seals: Seals, person: str, field: str, row: Mapping[str, Any]) -> bytes:
    sealed = row[field]
    return open_for(work, seals, subject=person, sealed=sealed, place=_place(person, field)) if sealed else b""


def _display_name(seals: Seals, row: Mapping[str, Any]) -> bytes:
    person, place = row["person"], _place(row["person"], "display_name")
    return open_with(seals, subject=person, wrapped=row["wrapped"], sealed=row["display_name"], place=place)


def _place(person: str, field: str) -> str:
    return f"identifiers.{field}:{person}"
