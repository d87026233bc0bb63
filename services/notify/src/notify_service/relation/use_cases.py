"""People's facts, kept as this service's own copy."""

from __future__ import annotations

from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp

from chassis.subject_keys import destroy
from chassis.work import Work
from eldercare.people.v1.events_pb2 import PersonChanged, PersonErased, RegionChanged
from eldercare.people.v1.person_pb2 import Role, RoleKind
from notify_service.contact import store as contacts
from notify_service.relation import store
from notify_service.relation.store import Relation


def person_changed(work: Work, event: PersonChanged) -> None:
    person = event.person
    if store.put_person(work, person.name, person.region, person.language, person.version):
        store.put_relations(work, person.name, [_relation(role) for role in person.roles])


def person_erased(work: Work, event: PersonErased) -> None:
    """The key goes first: what it sealed, here and in every backup, is unreadable from now on."""
    destroy(work, event.person)
    contacts.erase(work, event.person)
    store.erase_person(work, event.person)


def region_changed(work: Work, event: RegionChanged) -> None:
    store.put_region(work, event.region.name, event.region.time_zone, event.region.version)


def _relation(role: Role) -> Relation:
    return Relation(
        kind=RoleKind.Name(role.kind).removeprefix("ROLE_KIND_").lower(),
        object=role.object,
        start_time=_time(role.start_time),
        end_time=_time(role.end_time) if role.HasField("end_time") else None,
        rights=tuple(role.rights),
    )


def _time(stamp: Timestamp) -> datetime:
    return stamp.ToDatetime(tzinfo=UTC)
