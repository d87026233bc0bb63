"""Requests of the contract → words of the domains."""

from __future__ import annotations

from datetime import UTC, datetime

from google.protobuf.timestamp_pb2 import Timestamp

from chassis.ids import uuid7
from chassis.refusal import Refusal
from eldercare.people.v1.person_pb2 import DependencyLevel as DependencyLevelMessage
from eldercare.people.v1.person_pb2 import Person as PersonMessage
from eldercare.people.v1.person_pb2 import Provider as ProviderMessage
from eldercare.people.v1.person_pb2 import Role as RoleMessage
from eldercare.people.v1.person_pb2 import RoleKind as RoleKindMessage
from eldercare.people.v1.person_service_pb2 import RegisterPersonRequest
from people_service.person.domain import LANGUAGES, Certificate, DependencyLevel, Traits
from people_service.person.identifiers import Identifiers, Position
from people_service.person.use_cases import Registration
from people_service.provider.domain import Provider
from people_service.role.domain import Role, RoleKind


class RoleKindMissing(Refusal):
    """A role without a kind."""

    status = "INVALID_ARGUMENT"
    sentence = "Say which kind of role it is."


class TimeOutOfRange(Refusal):
    """A moment no calendar holds."""

    status = "INVALID_ARGUMENT"
    sentence = "A time lies outside of the years 1 to 9999."


def registration(request: RegisterPersonRequest, now: datetime) -> Registration:
    told = request.person
    return Registration(
        name=told.name or f"persons/{uuid7()}",
        region=told.region,
        roles=tuple(role(each, now) for each in told.roles),
        traits=_traits(told),
        identifiers=_identifiers(request),
    )


def role(told: RoleMessage, now: datetime) -> Role:
    """Return the role, from now on where no start is told."""
    return Role.granted(
        role_kind(told.kind),
        object=told.object,
        start=_moment(told.start_time) if told.HasField("start_time") else now,
        end=_moment(told.end_time) if told.HasField("end_time") else None,
        rights=frozenset(told.rights),
    )


def role_kind(told: RoleKindMessage.ValueType) -> RoleKind:
    try:
        return RoleKind[RoleKindMessage.Name(told).removeprefix("ROLE_KIND_")]
    except (KeyError, ValueError) as missing:
        raise RoleKindMissing from missing


def provider(told: ProviderMessage) -> Provider:
    return Provider.founded(
        name=told.name or f"providers/{uuid7()}",
        region=told.region,
        display_name=told.display_name,
        service_classes=tuple(told.service_classes),
    )


def _traits(told: PersonMessage) -> Traits:
    level = DependencyLevelMessage.Name(told.dependency_level).removeprefix("DEPENDENCY_LEVEL_")
    return Traits(
        certificates=tuple(Certificate(kind=c.kind, expires_at=_moment(c.expire_time)) for c in told.certificates),
        skills=frozenset(told.skills),
        categories=frozenset(told.categories),
        dependency_level=DependencyLevel[level],
        language=told.language or LANGUAGES[0],
    )


def _identifiers(request: RegisterPersonRequest) -> Identifiers:
    told = request.identifiers
    home = Position(latitude=request.home.latitude, longitude=request.home.longitude)
    return Identifiers(
        display_name=told.display_name,
        phone=told.phone,
        address=told.address,
        access_notes=told.access_notes,
        home=home if request.HasField("home") else None,
    )


def _moment(stamp: Timestamp) -> datetime:
    try:
        return stamp.ToDatetime(tzinfo=UTC)
    except (ValueError, OverflowError) as unreachable:
        raise TimeOutOfRange from unreachable
