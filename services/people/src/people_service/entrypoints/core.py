"""people.core: rpc, relay, timers. People consumes no events, so there is no people.events."""

from __future__ import annotations

from chassis.core import Core, Deps, Parts
from chassis.work import Work
from eldercare.people.v1 import person_service_pb2_grpc as contract
from people_service.access import relate
from people_service.entrypoints.person_rpc import PersonRpc
from people_service.entrypoints.session_rpc import SessionRpc, SignInDesk
from people_service.refusals import REFUSALS
from people_service.session.passwords import Passwords
from people_service.session.store import drop_forgotten_attempts
from people_service.settings import PeopleSettings


def build(deps: Deps[PeopleSettings]) -> Parts:
    settings = deps.settings
    desk = SignInDesk(
        seals=deps.seals,
        passwords=Passwords(memory_kib=settings.argon2_memory_kib, passes=settings.argon2_passes),
        vouch=deps.identity.vouch,
        longest_token=settings.longest_token,
        transaction=deps.transaction,
    )
    return Parts(
        servicers=[
            (contract.add_PersonServiceServicer_to_server, PersonRpc(deps.rpc, deps.seals)),
            (contract.add_SessionServiceServicer_to_server, SessionRpc(deps.rpc, desk)),
        ],
        auditor=_tidy,
    )


def _tidy(work: Work) -> None:
    drop_forgotten_attempts(work)


CORE = Core(
    service="people",
    settings=PeopleSettings,
    relate=relate,
    refusals=REFUSALS,
    build=build,
)
