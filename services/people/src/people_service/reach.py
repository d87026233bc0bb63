"""How far an operator's hand goes: nobody hands out, or takes away, more than it has itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from chassis.refusal import Refusal
from chassis.work import Caller
from people_service.region.domain import Scope, covers
from people_service.role.domain import Role, RoleKind

_POWERS = (RoleKind.OPERATOR, RoleKind.SUPERVISOR)


class RoleOutOfReach(Refusal):
    """The role is about a region the caller does not operate."""

    status = "PERMISSION_DENIED"
    sentence = "This role is outside of your region. Ask the operator of the region above."


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """The scopes a caller operates; services set up whole communities and reach everywhere."""

    scopes: tuple[Scope, ...] = ()
    everywhere: bool = False

    @classmethod
    def of(cls, caller: Caller) -> Reach:
        regions = caller.objects_of(RoleKind.OPERATOR)
        return cls(scopes=tuple(Scope(region=region) for region in regions), everywhere=caller.is_service)

    def covers(self, region: str) -> bool:
        return self.everywhere or any(scope.covers(region) for scope in self.scopes)

    def touches(self, region: str) -> bool:
        """Tell whether the region lies below or above a scope: a district's provider serves its streets."""
        return self.covers(region) or any(covers(region, scope.region) for scope in self.scopes)

    def require_powers_of(self, roles: Iterable[Role]) -> None:
        """Refuse when somebody holds more power than the caller."""
        if not all(self.covers(role.object) for role in roles if role.kind in _POWERS):
            raise RoleOutOfReach


EVERYWHERE = Reach(everywhere=True)
