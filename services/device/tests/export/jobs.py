"""Exports in the background as a caller begins them, and who calls."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias
from uuid import uuid4

import pytest

from chassis.rpc.client import Refused
from chassis.work import Caller
from eldercare.device.v1 import export_job_service_pb2 as proto
from eldercare.device.v1.export_job_service_pb2_grpc import ExportJobServiceStub
from services.device.tests.cast import DAUGHTER_WEN, DISTRICT, GRANNY_WEN, HILL, PLUM_GARDEN, UNCLE_BAI

OPERATOR = Caller(subject="persons/00000000-0000-7000-8000-0000000000aa", roles=(f"operator@{DISTRICT}",), purpose="x")
GARDENER = Caller(
    subject="persons/00000000-0000-7000-8000-0000000000ad", roles=(f"operator@{PLUM_GARDEN}",), purpose="x"
)
HILL_OPERATOR = Caller(subject="persons/00000000-0000-7000-8000-0000000000ab", roles=(f"operator@{HILL}",), purpose="x")
GRANNY = Caller(subject=GRANNY_WEN, roles=("elder",), purpose="x")
UNCLE = Caller(subject=UNCLE_BAI, roles=("elder",), purpose="x")
DAUGHTER = Caller(subject=DAUGHTER_WEN, roles=(f"family@{GRANNY_WEN}",), purpose="x")
As: TypeAlias = Callable[[Caller], ExportJobServiceStub]


def start(stub: ExportJobServiceStub, subject: str, vendor: str = "") -> str:
    request = proto.StartExportRequest(request_id=str(uuid4()), subject=subject, vendor=vendor)
    job = stub.StartExport(request)
    assert job.state == proto.EXPORT_STATE_RUNNING
    return job.name


def refusal(call: Callable[..., object], *told: object, **more: object) -> str:
    with pytest.raises(Refused) as refused:
        call(*told, **more)
    return refused.value.reason
