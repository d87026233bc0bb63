"""One question decides every call: can this subject do this action to this object?"""

from collections.abc import Callable
from dataclasses import dataclass, field

from google.protobuf.message import Message

from chassis.context import Caller
from chassis.refusal import NotFound, Refusal
from chassis.work import Work
from eldercare.access.v1.access_pb2 import Access

_REGIONAL = ("operator", "supervisor", "volunteer")


class NotYourRegion(Refusal):
    status = "PERMISSION_DENIED"
    sentence = "You do not answer for that region."


class RoleMissing(Refusal):
    status = "PERMISSION_DENIED"
    sentence = "Your role does not allow this."


class PurposeMissing(Refusal):
    status = "INVALID_ARGUMENT"
    sentence = "Say for what purpose this is read: it is sensitive and will be logged."


@dataclass(frozen=True, slots=True, kw_only=True)
class Relations:
    """Who an object concerns: its elder, their family, the workers on it, its region."""

    elder: str = ""
    family: frozenset[str] = field(default_factory=frozenset)
    workers: frozenset[str] = field(default_factory=frozenset)
    region: str = ""


Relate = Callable[[Work, str], Relations | None]


def covers(region: str, other: str) -> bool:
    """A region covers itself and all below it."""
    return bool(region) and (other == region or other.startswith(region + "/"))


def check(work: Work, access: Access, request: Message, caller: Caller, relate: Relate) -> None:
    """Raises a refusal unless the caller may. A stranger gets the same answer as for what does not exist."""
    if "public" in access.allow or (caller.is_service and "service" in access.allow):
        return
    if access.object:
        name = str(_field(request, access.object))
        relations = relate(work, name)
        if relations is None or not can(caller, access, relations):
            raise NotFound(name)
    elif access.region:
        region = str(_field(request, access.region))
        if not any(
            covers(own, region) for role in _REGIONAL if role in access.allow for own in caller.objects_of(role)
        ):
            raise NotYourRegion(region=region)
    elif not ("person" in access.allow and caller.subject.startswith("persons/")):
        if not any(caller.objects_of(role) for role in access.allow):
            raise RoleMissing(action=access.action)
    if access.sensitive and not caller.purpose:
        raise PurposeMissing(action=access.action)


def can(caller: Caller, access: Access, relations: Relations) -> bool:
    """Whether one of the allowed roles holds between the caller and the object."""
    holds = {
        "service": caller.is_service,
        "elder": caller.subject == relations.elder,
        "family": caller.subject in relations.family,
        "worker": caller.subject in relations.workers,
        "person": caller.subject.startswith("persons/"),
    }
    if any(holds.get(role, False) for role in access.allow):
        return True
    return any(
        covers(region, relations.region)
        for role in _REGIONAL
        if role in access.allow
        for region in caller.objects_of(role)
    )


def _field(request: Message, path: str) -> object:
    value: object = request
    for name in path.split("."):
        value = getattr(value, name)
    return value
