"""people.core: rpc, relay, timers. People consumes no events, so there is no people.events."""

from __future__ import annotations

from chassis.core import Core, Deps, Parts
from chassis.work import Work
from eldercare.people.v1 import person_service_pb2_grpc as contract
from eldercare.people.v1.api_key_service_pb2_grpc import add_ApiKeyServiceServicer_to_server
from people_service.access import relate
from people_service.entrypoints.api_key_rpc import ApiKeyRpc
from people_service.entrypoints.person_rpc import PersonRpc
from people_service.entrypoints.session_rpc import SessionRpc, SignInDesk
from people_service.refusals import REFUSALS
from people_service.session import code_store, lasting_store
from people_service.session.codes import SEND_CODE
from people_service.session.keeping import Mint
from people_service.session.passwords import Passwords
from people_service.session.sending import CodeSender
from people_service.session.store import drop_forgotten_attempts
from people_service.settings import PeopleSettings


def build(deps: Deps[PeopleSettings]) -> Parts:
    settings = deps.settings
    desk = SignInDesk(
        passwords=Passwords(memory_kib=settings.argon2_memory_kib, passes=settings.argon2_passes),
        mint=Mint(seals=deps.seals, vouch=deps.identity.vouch, longest=settings.longest_token),
        transaction=deps.transaction,
    )
    return Parts(
        servicers=[
            (contract.add_PersonServiceServicer_to_server, PersonRpc(deps.rpc, deps.seals)),
            (contract.add_SessionServiceServicer_to_server, SessionRpc(deps.rpc, desk)),
            (
                add_ApiKeyServiceServicer_to_server,
                ApiKeyRpc(deps.rpc, deps.identity.vouch, settings.longest_token),
            ),
        ],
        effects={SEND_CODE: CodeSender(deps.transaction, deps.seals, deps.clients)},
        auditor=_tidy,
    )


def _tidy(work: Work) -> None:
    drop_forgotten_attempts(work)
    lasting_store.drop_old(work)
    code_store.drop_old(work)


CORE = Core(
    service="people",
    settings=PeopleSettings,
    relate=relate,
    refusals=REFUSALS,
    build=build,
)
