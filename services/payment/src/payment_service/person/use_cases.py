"""What people tell about persons and regions, kept; who is erased there is erased here."""

from __future__ import annotations

from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp

from chassis.work import Work
from eldercare.people.v1.events_pb2 import PersonChanged, PersonErased, RegionChanged
from eldercare.people.v1.person_pb2 import ROLE_KIND_FAMILY, Role
from payment_service.payer import store as payers
from payment_service.person import store as persons
from payment_service.person.store import FamilyRole


def keep_person(work: Work, event: PersonChanged) -> None:
    person = event.person
    families = [_family(role) for role in person.roles if role.kind == ROLE_KIND_FAMILY]
    persons.put(work, person.name, person.region, person.version, families)


def erase_person(work: Work, event: PersonErased) -> None:
    """The token and its key are destroyed; ledger and settlements stay, under a name that leads nowhere."""
    persons.erase(work, event.person, event.version)
    payers.erase(work, event.person)


def keep_region(work: Work, event: RegionChanged) -> None:
    persons.put_region(work, event.region.name, event.region.time_zone, event.region.version)


def _family(role: Role) -> FamilyRole:
    return FamilyRole(
        elder=role.object,
        rights=tuple(role.rights),
        start_time=_moment(role.start_time) if role.HasField("start_time") else None,
        end_time=_moment(role.end_time) if role.HasField("end_time") else None,
    )


def _moment(stamp: Timestamp) -> datetime:
    return stamp.ToDatetime(tzinfo=UTC)
