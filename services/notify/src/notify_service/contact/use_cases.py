"""Setting how a person or a duty desk is reached. Plain values are sealed here and nowhere else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from chassis.ids import uuid7
from chassis.seal import Seals, encrypt
from chassis.subject_keys import SubjectErased, open_with, seal_for
from chassis.work import Work
from notify_service.contact import store
from notify_service.contact.domain import ContactPoint
from notify_service.contact.store import Sealed, SealedPoint


@dataclass(frozen=True, slots=True, kw_only=True)
class AddresseeInput:
    person: str
    display_name: str
    language: str
    points: Sequence[ContactPoint]


def put_addressee(work: Work, seals: Seals, given: AddresseeInput) -> None:
    """Replaces name and contact points of a person; running ladders keep what they froze."""
    name = seal(work, seals, given.person, given.display_name, name_place(given.person))
    store.put_addressee(work, given.person, name, given.language)
    store.replace_points(work, given.person, _sealed(work, seals, given.person, given.points))


def put_duty_desk(work: Work, seals: Seals, region: str, language: str, points: Sequence[ContactPoint]) -> None:
    store.put_desk(work, region, language)
    store.replace_points(work, region, _sealed(work, seals, region, points))


def _sealed(work: Work, seals: Seals, owner: str, points: Sequence[ContactPoint]) -> list[SealedPoint]:
    sealed = []
    for place, point in enumerate(sorted(points, key=lambda each: each.rank)):
        identity = uuid7()
        sealed.append(
            SealedPoint(
                id=identity,
                channel=point.channel.value,
                value=seal(work, seals, owner, point.value, value_place(str(identity))),
                value_index=seals.blind(point.value.encode(), field="contact_point"),
                rank=place,
                quiet_hours=point.quiet_hours,
            )
        )
    return sealed


def name_place(person: str) -> str:
    return f"addressees.display_name:{person}"


def value_place(point: str) -> str:
    return f"contact_points.value:{point}"


def seal(work: Work, seals: Seals, owner: str, plain: str, place: str) -> bytes:
    """A person's data with the person's own key, so that erasing the key erases it; a desk's with the service's."""
    if owner.startswith("persons/"):
        return seal_for(work, seals, subject=owner, plain=plain.encode(), place=place)
    return seals.seal(plain.encode(), place=place)


def seal_with(seals: Seals, keys: Mapping[str, bytes], owner: str, plain: str, place: str) -> bytes:
    """As `seal`, with the persons' keys read before; raises SubjectErased for who has none."""
    if not owner.startswith("persons/"):
        return seals.seal(plain.encode(), place=place)
    if owner not in keys:
        raise SubjectErased(owner)
    return encrypt(keys[owner], plain.encode(), place)


def unseal(seals: Seals, found: Sealed, place: str) -> str | None:
    """None when the person was erased."""
    if not found.owner.startswith("persons/"):
        return seals.open(found.sealed, place=place).decode()
    try:
        return open_with(seals, subject=found.owner, wrapped=found.wrapped, sealed=found.sealed, place=place).decode()
    except SubjectErased:
        return None
