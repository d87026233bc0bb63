"""What leaves the house: whole states of persons, providers and regions, without any direct identifier."""

from __future__ import annotations

from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp

from chassis.work import Work
from eldercare.people.v1.events_pb2 import PersonChanged, PersonErased, ProviderChanged, RegionChanged
from eldercare.people.v1.person_pb2 import Certificate as CertificateMessage
from eldercare.people.v1.person_pb2 import DependencyLevel as DependencyLevelMessage
from eldercare.people.v1.person_pb2 import Person as PersonMessage
from eldercare.people.v1.person_pb2 import Provider as ProviderMessage
from eldercare.people.v1.person_pb2 import Region as RegionMessage
from eldercare.people.v1.person_pb2 import Role as RoleMessage
from eldercare.people.v1.person_pb2 import RoleKind as RoleKindMessage
from people_service.person.domain import Person
from people_service.provider.domain import Provider
from people_service.region.domain import Region
from people_service.role.domain import Role


def publish_person(work: Work, person: Person) -> None:
    message = PersonChanged(person=person_message(person))
    work.publish(message, aggregate=person.name, region=person.region, person=person.name)


def publish_erasure(work: Work, person: Person) -> None:
    message = PersonErased(person=person.name, version=person.version)
    work.publish(message, aggregate=person.name, region=person.region, person=person.name)


def publish_provider(work: Work, provider: Provider) -> None:
    message = ProviderChanged(provider=provider_message(provider))
    work.publish(message, aggregate=provider.name, region=provider.region, person="")


def publish_region(work: Work, region: Region) -> None:
    work.publish(RegionChanged(region=region_message(region)), aggregate=region.name, region=region.name, person="")


def person_message(person: Person) -> PersonMessage:
    traits = person.traits
    certificates = [CertificateMessage(kind=c.kind, expire_time=_timestamp(c.expires_at)) for c in traits.certificates]
    return PersonMessage(
        name=person.name,
        region=person.region,
        home_cell=person.home_cell,
        roles=[role_message(role) for role in person.roles],
        certificates=certificates,
        skills=sorted(traits.skills),
        categories=sorted(traits.categories),
        dependency_level=DependencyLevelMessage.Value(f"DEPENDENCY_LEVEL_{traits.dependency_level.name}"),
        language=traits.language,
        version=person.version,
    )


def role_message(role: Role) -> RoleMessage:
    return RoleMessage(
        kind=RoleKindMessage.Value(f"ROLE_KIND_{role.kind.name}"),
        object=role.object,
        start_time=_timestamp(role.started_at),
        end_time=_timestamp(role.ended_at) if role.ended_at else None,
        rights=sorted(role.rights),
    )


def provider_message(provider: Provider) -> ProviderMessage:
    return ProviderMessage(
        name=provider.name,
        region=provider.region,
        display_name=provider.display_name,
        service_classes=provider.service_classes,
        version=provider.version,
    )


def region_message(region: Region) -> RegionMessage:
    return RegionMessage(
        name=region.name, display_name=region.display_name, time_zone=region.time_zone, version=region.version
    )


def _timestamp(moment: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp
