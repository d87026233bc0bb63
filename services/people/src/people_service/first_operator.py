"""The bootstrap: somebody must be there who may register everybody else."""

from __future__ import annotations

from chassis.ids import uuid7
from chassis.seal import Seals
from chassis.work import Work
from people_service.person.domain import Traits
from people_service.person.identifiers import Identifiers
from people_service.person.use_cases import Registration, register_person
from people_service.reach import EVERYWHERE
from people_service.region.domain import Region
from people_service.region.use_cases import put_region
from people_service.role import store as roles
from people_service.role.domain import Role, RoleKind
from people_service.session.domain import Credentials
from people_service.session.use_cases import set_password


def first_operator(work: Work, seals: Seals, region: Region, display_name: str, credentials: Credentials) -> str:
    """Register the topmost region and its first operator; a region that has one keeps it. Returns the operator."""
    put_region(work, region)
    known = roles.holder_of(work, RoleKind.OPERATOR, region.name)
    return known or _register(work, seals, region.name, display_name, credentials)


def _register(work: Work, seals: Seals, region: str, display_name: str, credentials: Credentials) -> str:
    name = f"persons/{uuid7()}"
    registration = Registration(
        name=name,
        region=region,
        roles=(Role.granted(RoleKind.OPERATOR, object=region, start=work.now),),
        traits=Traits(),
        identifiers=Identifiers(display_name=display_name),
    )
    register_person(work, seals, registration, EVERYWHERE)
    set_password(work, seals, name, credentials, EVERYWHERE)
    return name
