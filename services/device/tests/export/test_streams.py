"""Streams of an export: who may have one, where it goes on, and what an idle reader costs."""

from typing import Any

import pytest

from chassis.export.serving import STREAMS
from chassis.rpc.client import Refused
from chassis.work import Caller
from eldercare.export.v1.export_service_pb2 import StreamExportRequest
from eldercare.export.v1.export_service_pb2_grpc import ExportServiceStub
from services.device.tests.cast import (
    CITY,
    GRANNY_WEN,
    UNCLE_BAI,
)
from services.device.tests.export.conftest import SUITE, Measuring
from suite.testing import RunningRpc, TestDatabase
from suite.waiting import until


def test_a_stream_goes_on_where_another_ended(stub: ExportServiceStub, db: TestDatabase, measuring: Measuring) -> None:
    measured = measuring(700)
    first, *_ = stub.StreamExport(asking(db), timeout=20)
    rest = [line for answer in stub.StreamExport(asking(db, after=first.next), timeout=20) for line in answer.lines]
    assert len({*first.lines, *rest}) == len(first.lines) + len(rest) == measured


def asking(db: TestDatabase, **told: Any) -> StreamExportRequest:
    request = StreamExportRequest(service="device", part="events", **told)
    request.until.FromDatetime(db.now())
    return request


def test_only_services_that_export_may_read_and_each_read_is_kept(running: RunningRpc, db: TestDatabase) -> None:
    operator = Caller(subject=UNCLE_BAI, roles=(f"operator@{CITY}",), purpose="curious")
    for caller, reason in (
        (operator, "ROLE_MISSING"),
        (Caller(subject="services/notify", purpose="curious"), "ROLE_MISSING"),
        (Caller(subject="services/suite"), "PURPOSE_MISSING"),
    ):
        assert refusal(ExportServiceStub(running.channel_as(caller)), asking(db)) == reason
    assert db.rows("SELECT 1 FROM reads") == []
    list(ExportServiceStub(running.channel_as(SUITE)).StreamExport(asking(db, selection={"person": GRANNY_WEN})))
    (read,) = db.rows("SELECT caller, object, purpose FROM reads")
    assert read == {"caller": "services/suite", "object": f"events person={GRANNY_WEN}", "purpose": "test"}


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ({"part": "wallets"}, "NOT_FOUND"),
        ({"service": "order"}, "NOT_FOUND"),
        ({"selection": {"colour": "red"}}, "SELECTOR_UNKNOWN"),
        ({"after": ["x", "y"]}, "PLACE_UNREADABLE"),
        ({"after": ["devices/x", "yesterday", "z"]}, "PLACE_UNREADABLE"),
    ],
)
def test_what_cannot_be_given_is_refused_by_name(
    stub: ExportServiceStub, db: TestDatabase, told: dict[str, Any], reason: str
) -> None:
    request = asking(db)
    request.MergeFrom(StreamExportRequest(**told))
    assert refusal(stub, request) == reason


def refusal(stub: ExportServiceStub, request: StreamExportRequest) -> str:
    with pytest.raises(Refused) as refused:
        list(stub.StreamExport(request, timeout=10))
    return refused.value.reason


def test_who_never_reads_holds_no_session_and_no_others(
    running: RunningRpc, stub: ExportServiceStub, db: TestDatabase, measuring: Measuring
) -> None:
    measuring(6_000)
    token = (("authorization", f"Bearer {running.token_of(SUITE)}"), ("purpose", "test"))
    plain = ExportServiceStub(running.plain_channel())
    idle = [plain.StreamExport(asking(db), timeout=20, metadata=token) for _ in range(STREAMS)]
    until(lambda: outcome(stub, db) == "TOO_MANY_EXPORTS", what="all streams are taken")
    held = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'"
    until(lambda: db.rows(held) == [], what="nobody holds a transaction")
    for stream in idle:
        stream.cancel()
    until(lambda: outcome(stub, db) == "OK", what="the streams are free again")


def outcome(stub: ExportServiceStub, db: TestDatabase) -> str:
    """Of another export, that wants next to nothing."""
    try:
        list(stub.StreamExport(asking(db, selection={"device": "devices/00000000-0000-7000-8000-000000000000"})))
    except Refused as refused:
        return refused.reason
    return "OK"
