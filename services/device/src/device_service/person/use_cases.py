"""What people tells of a person: where home is, who is family, and that someone is to be forgotten."""

from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp

from chassis.subject_keys import destroy
from chassis.work import Work
from device_service.device.store import move_open_assignments
from device_service.device.use_cases import release_all_of
from device_service.export.use_cases import end_exports_about
from device_service.person import store
from eldercare.people.v1.events_pb2 import PersonChanged, PersonErased
from eldercare.people.v1.person_pb2 import ROLE_KIND_FAMILY, Person, Role


def copy_person(work: Work, event: PersonChanged) -> None:
    told = event.person
    person = store.Person(name=told.name, region=told.region, home_cell=told.home_cell, version=told.version)
    if store.save_person(work, person):
        store.save_family(work, person.name, _families(told))
        move_open_assignments(work, person.name, region=person.region, cell=person.home_cell)


def forget_person(work: Work, event: PersonErased) -> None:
    """Without the key nothing sealed for the person can be read; figures and alarms stay as numbers."""
    store.erase_person(work, event.person, event.version)
    release_all_of(work, event.person)
    destroy(work, event.person)
    end_exports_about(work, event.person)


def _families(told: Person) -> list[store.FamilyOf]:
    return [
        store.FamilyOf(elder=role.object, start_time=_start(role), end_time=_end(role))
        for role in told.roles
        if role.kind == ROLE_KIND_FAMILY
    ]


def _start(role: Role) -> datetime | None:
    return _moment(role.start_time) if role.HasField("start_time") else None


def _end(role: Role) -> datetime | None:
    return _moment(role.end_time) if role.HasField("end_time") else None


def _moment(stamp: Timestamp) -> datetime:
    return stamp.ToDatetime(tzinfo=UTC)
