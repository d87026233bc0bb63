"""What a core of each service is built from."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cache
from types import SimpleNamespace
from typing import Any

from chassis.context import Caller, Context
from chassis.core import Core, Deps, Parts
from chassis.paging import PAGE, Pager
from chassis.rpc.calls import Rpc
from chassis.seal import Seals
from chassis.settings import load
from chassis.work import Work
from device_service.alarm.executors import OpenIncident
from device_service.alarm.hand_over import OPEN_INCIDENT
from device_service.alarm.hand_over import PAGES as DEVICE_PAGES
from device_service.alarm.hand_over import TIMERS as DEVICE_TIMERS
from device_service.entrypoints.core import CORE as DEVICE
from notify_service.entrypoints.core import CORE as NOTIFY
from order_service.entrypoints.core import CORE as ORDER
from payment_service.entrypoints.core import CORE as PAYMENT
from payment_service.settlement.executors import executors
from payment_service.voucher.use_cases import TIMERS as PAYMENT_TIMERS
from tests.simulation.outside import Clients, LossyRedis

CORES: dict[str, Core[Any]] = {core.service: core for core in (DEVICE, ORDER, NOTIFY, PAYMENT)}
SEALS = Seals({"abcd": bytes(32)}, "abcd", bytes(range(32)))


class Database:
    """Where a core has its pool: a short session for each transaction."""

    def __init__(self, world: Any, service: str) -> None:
        self._world, self._service = world, service
        self.url = service

    @contextmanager
    def transaction(self, context: Context, *, caller: Caller | None = None, read_only: bool = False) -> Iterator[Work]:
        session = self._world.connect(self._service, name="pool")
        with session.transaction():
            work = Work(session, context, caller=caller)
            with work:
                yield work


@cache
def _settings(service: str) -> Any:
    return load(CORES[service].settings, {}, service=service) if service in ("order", "notify") else None


def parts_of(world: Any, service: str) -> Parts:
    """As `chassis.core` builds them; the processor, the desk and Redis are the simulation's."""
    core, database, clients = CORES[service], Database(world, service), Clients(world, f"services/{service}")
    identity: Any = SimpleNamespace(name=f"services/{service}")
    rpc = Rpc(service, database, identity, core.relate, SEALS)  # type: ignore[arg-type]
    deps: Any = Deps(
        settings=_settings(service),
        rpc=rpc,
        database=database,  # type: ignore[arg-type]
        clients=clients,  # type: ignore[arg-type]
        identity=identity,
        seals=SEALS,
        redis=LossyRedis(),  # type: ignore[arg-type]
    )
    if service == "device":
        call = OpenIncident(deps.clients, lambda: deps.transaction(Context(actor="services/device")))
        parts = Parts(timers=DEVICE_TIMERS, effects={OPEN_INCIDENT: call}, pages=DEVICE_PAGES)
    elif service == "payment":
        parts = Parts(timers=PAYMENT_TIMERS, effects=executors({"sandbox": world.till}, SEALS, deps.transaction))
    else:
        parts = core.build(deps)
    pager = Pager(world.desk, deps.transaction, parts.pages)
    return replace(parts, effects={PAGE: pager, **parts.effects})
