"""notify.core: rpc, ladder timers, sending, the auditor, and the feeder of live pages."""

from __future__ import annotations

from chassis.core import Core, Deps, Parts
from chassis.timers import Timer, TimerHandler
from chassis.work import Work
from eldercare.notify.v1 import notify_service_pb2_grpc as contract
from notify_service.access import relate
from notify_service.auditor import audit
from notify_service.channel.choose import choose
from notify_service.entrypoints.rpc import NotifyRpc
from notify_service.handlers import HANDLERS
from notify_service.ladder.carry_out import STEP
from notify_service.ladder.use_cases import take_next_step
from notify_service.message.codes import CodePost
from notify_service.message.sending import senders
from notify_service.message.use_cases import AHEAD, CALL
from notify_service.refusals import REFUSALS
from notify_service.settings import NotifySettings
from notify_service.timeline.feeder import Feeder


def step_is_over(work: Work, timer: Timer) -> None:
    take_next_step(work, timer.payload["incident"], timer.payload["step"])


TIMERS: dict[str, TimerHandler] = {STEP: step_is_over}


def build(deps: Deps[NotifySettings]) -> Parts:
    channels = choose(deps.settings, deps.transaction, deps.seals)
    return Parts(
        servicers=[(contract.add_NotifyServiceServicer_to_server, NotifyRpc(deps.rpc, deps.seals, CodePost(channels)))],
        timers=TIMERS,
        effects=senders(deps.transaction, deps.seals, channels),
        lanes={CALL: [AHEAD]},
        auditor=audit,
        background=[Feeder(deps.database.url, deps.redis)],
    )


CORE = Core(
    service="notify",
    settings=NotifySettings,
    handlers=HANDLERS,
    relate=relate,
    refusals=REFUSALS,
    build=build,
)
