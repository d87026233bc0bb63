"""Whether a caller may hand out a role: its object must exist, and stand within the caller's reach."""

from __future__ import annotations

from chassis.refusal import Refusal
from chassis.work import Work
from people_service.person import store as persons
from people_service.provider import store as providers
from people_service.reach import Reach, RoleOutOfReach
from people_service.region.use_cases import require_known
from people_service.role.domain import Role, RoleKind


class ElderUnknown(Refusal):
    """No such elder, or none the caller may know of."""

    sentence = "The role's object is no elder of your region."


class ProviderUnknown(Refusal):
    """No such provider, or none the caller may know of."""

    sentence = "The role's object is no provider of your region."


def require_grantable(work: Work, role: Role, reach: Reach) -> None:
    if role.kind is RoleKind.FAMILY:
        _require_elder(work, role.object, reach)
    elif role.kind is RoleKind.WORKER:
        _require_provider(work, role.object, reach)
    elif role.kind is not RoleKind.ELDER:
        _require_region(work, role.object, reach)


def _require_elder(work: Work, name: str, reach: Reach) -> None:
    elder = persons.load(work, name)
    if elder is None or not elder.is_elder_at(work.now) or not reach.covers(elder.region):
        raise ElderUnknown(person=name)


def _require_provider(work: Work, name: str, reach: Reach) -> None:
    region = providers.region_of(work, name)
    if region is None or not reach.touches(region):
        raise ProviderUnknown(provider=name)


def _require_region(work: Work, name: str, reach: Reach) -> None:
    if not reach.covers(name):
        raise RoleOutOfReach(region=name)
    require_known(work, name)
