"""One question decides every call: can this subject do this action to this object?"""

from collections.abc import Callable, Collection
from typing import Any

from google.protobuf.message import Message

from chassis.context import Caller
from chassis.refusal import NotFound, Refusal
from chassis.work import Work
from eldercare.access.v1.access_pb2 import Access


class NotYourRegion(Refusal):
    status = "PERMISSION_DENIED"
    sentence = "You do not answer for that region."


class RoleMissing(Refusal):
    status = "PERMISSION_DENIED"
    sentence = "Your role does not allow this."


class ScopeMissing(Refusal):
    status = "PERMISSION_DENIED"
    sentence = "The key was not issued for this. Ask for one with the scope that is named."


class PurposeMissing(Refusal):
    status = "INVALID_ARGUMENT"
    sentence = "Say for what purpose this is read: it is sensitive and will be logged."


class Relations:
    """Who an object concerns: its region, and by role who holds that role towards it.

    `Relations(region="regions/…", owner="persons/…", helper={"persons/…"})`: keywords are the roles of the contract.
    """

    def __init__(self, *, region: str = "", **holders: str | Collection[str]) -> None:
        self.region = region
        self._holders = {
            role: frozenset({held} if isinstance(held, str) else held) - {""} for role, held in holders.items()
        }

    def holders(self, role: str) -> frozenset[str]:
        return self._holders.get(role, frozenset())


Relate = Callable[[Work, str], Relations | None]


def covers(region: str, other: str) -> bool:
    """A region covers itself and all below it."""
    return bool(region) and (other == region or other.startswith(region + "/"))


def check(work: Work, access: Access, request: Message, caller: Caller, relate: Relate) -> None:
    """Raises a refusal unless the caller may. A stranger gets the same answer as for what does not exist; of several
    objects a request names, those are struck out of it."""
    if "public" in access.allow:
        return
    if caller.is_service or not (access.object or access.region):
        check_role(access, caller)
    else:
        _check_person(work, access, request, caller, relate)
    if caller.scopes is not None and access.scope not in caller.scopes:
        raise ScopeMissing(scope=access.scope)
    if access.sensitive and not caller.purpose:
        raise PurposeMissing(action=access.action)


def _check_person(work: Work, access: Access, request: Message, caller: Caller, relate: Relate) -> None:
    if access.object:
        named: Any = _field(request, access.object)
        if isinstance(named, str) and not _concerns(work, access, named, caller, relate):
            raise NotFound(named)
        if not isinstance(named, str):
            named[:] = [name for name in named if _concerns(work, access, name, caller, relate)]
    else:
        region = str(_field(request, access.region))
        if not _answers_for(caller, access, region):
            raise NotYourRegion(region=region)


def _concerns(work: Work, access: Access, name: str, caller: Caller, relate: Relate) -> bool:
    relations = relate(work, name)
    return relations is not None and can(caller, access, relations)


def check_role(access: Access, caller: Caller) -> None:
    """Where no object and no region is named: the service itself, or anybody who holds one of the roles."""
    if caller.is_service:
        may = caller.subject in access.allow
    else:
        may = _is_person(caller, access) or any(caller.objects_of(role) for role in access.allow)
    if not may:
        raise RoleMissing(action=access.action)


def can(caller: Caller, access: Access, relations: Relations) -> bool:
    """Whether one of the allowed roles holds between the caller and the object."""
    return (
        _is_person(caller, access)
        or any(caller.subject in relations.holders(role) for role in access.allow)
        or _answers_for(caller, access, relations.region)
    )


def _is_person(caller: Caller, access: Access) -> bool:
    return "person" in access.allow and caller.subject.startswith("persons/")


def _answers_for(caller: Caller, access: Access, region: str) -> bool:
    return any(covers(own, region) for role in access.allow for own in caller.objects_of(role))


def _field(request: Message, path: str) -> object:
    value: object = request
    for name in path.split("."):
        value = getattr(value, name)
    return value
