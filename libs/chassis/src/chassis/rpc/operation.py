"""What waits in the services of one process, told to whoever runs them."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import structlog
from psycopg_pool import PoolTimeout

from chassis.access import check_role, covers
from chassis.context import Caller, Context
from chassis.database import Database
from chassis.parked import oldest_parked
from chassis.rpc.calls import running
from chassis.upkeep import WAITING_ROWS
from eldercare.operation.v1 import operation_service_pb2 as contract
from eldercare.operation.v1.operation_service_pb2_grpc import (
    OperationServiceServicer,
    add_OperationServiceServicer_to_server,
)

log = structlog.get_logger(__name__)
NAME = contract.DESCRIPTOR.services_by_name["OperationService"].full_name
LONGEST_LOOK_MS = 2_000
add = add_OperationServiceServicer_to_server


class Operation(OperationServiceServicer):
    """`databases`: by service. Not a query of one service: one whose database is gone must not hide the others."""

    def __init__(self, databases: Mapping[str, Database]) -> None:
        self._databases = databases

    def GetHealth(self, request: contract.GetHealthRequest, context: Any) -> contract.GetHealthResponse:  # noqa: N802 - the contract's name
        call = running.get()
        check_role(call.access, call.caller)
        with ThreadPoolExecutor(len(self._databases)) as pool:
            told = list(pool.map(lambda each: _health(each[0], each[1], call.caller), self._databases.items()))
        return contract.GetHealthResponse(services=told)


def _concerns(caller: Caller, region: str) -> bool:
    """What could not even be read has no region, and concerns everybody who may look."""
    return not region or caller.is_service or any(covers(own, region) for own in caller.objects_of("operator"))


def _health(service: str, database: Database, caller: Caller) -> contract.ServiceHealth:
    """Counts are of the whole service; which facts are parked, a person is told of its own regions."""
    health = contract.ServiceHealth(service=service)
    try:
        with database.transaction(Context(actor=f"services/{service}"), read_only=True) as work:
            work.run(f"SET LOCAL statement_timeout = {LONGEST_LOOK_MS}")
            for row in work.all(WAITING_ROWS):
                health.waiting.add(place=row["place"], rows=row["n"], oldest_s=round(float(row["oldest_s"]), 1))
            for row in oldest_parked(work):
                if not _concerns(caller, row["region"]):
                    continue
                told = health.parked.add(event=f"events/{row['id']}", type=row["type"], aggregate=row["aggregate"])
                told.region = row["region"]
                told.park_time.FromDatetime(row["parked_at"])
    except (psycopg.Error, PoolTimeout) as gone:
        log.warning("health.unread", service=service, reason=type(gone).__name__)
        return contract.ServiceHealth(service=service, is_away=True)
    return health
