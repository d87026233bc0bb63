"""Which exports there are: a desk sees those of its regions, an elder what it asked for itself."""

from pathlib import Path
from typing import Any

import pytest

from eldercare.device.v1 import export_job_service_pb2 as proto
from eldercare.device.v1.export_job_service_pb2_grpc import ExportJobServiceStub
from services.device.tests.cast import DISTRICT, GRANNY_WEN, PLUM_GARDEN, UNCLE_BAI, introduce
from services.device.tests.export.jobs import GARDENER, GRANNY, HILL_OPERATOR, OPERATOR, UNCLE, As, refusal, start
from suite.testing import RpcFactory, RunningRpc, TestDatabase


@pytest.fixture
def running(rpc: RpcFactory, db: TestDatabase, tmp_path: Path) -> RunningRpc:
    """device, whose exports begin and wait."""
    alone = dict.fromkeys(("ELDERCARE_RPC_ORDER", "ELDERCARE_RPC_PAYMENT"), "127.0.0.1:1")
    return rpc("device", db=db, environ=alone | {"ELDERCARE_DEVICE_EXPORTS_DIR": str(tmp_path / "exports")})


@pytest.fixture
def calling(running: RunningRpc) -> As:
    return lambda caller: ExportJobServiceStub(running.channel_as(caller))


def listed(stub: ExportJobServiceStub, subject: str, **page: Any) -> proto.ListExportsResponse:
    return stub.ListExports(proto.ListExportsRequest(subject=subject, **page))


def test_a_desk_lists_the_exports_of_its_regions_newest_first_and_an_elder_what_it_asked_for_itself(
    calling: As, spoken: list[bytes], worn: str, db: TestDatabase
) -> None:
    operator, granny = calling(OPERATOR), calling(GRANNY)
    of_district, of_granny, of_watch = (start(operator, each) for each in (DISTRICT, GRANNY_WEN, worn))
    of_garden, own = start(calling(GARDENER), PLUM_GARDEN), start(granny, GRANNY_WEN)
    assert names(listed(operator, DISTRICT)) == [of_garden, of_watch, of_granny, of_district]
    assert names(listed(operator, GRANNY_WEN)) == [of_granny]
    assert names(listed(operator, worn)) == [of_watch]
    assert names(listed(calling(GARDENER), PLUM_GARDEN)) == [of_garden]
    assert names(listed(granny, GRANNY_WEN)) == [own]


def test_exports_are_listed_page_by_page(calling: As, spoken: list[bytes]) -> None:
    operator = calling(OPERATOR)
    made = [start(operator, DISTRICT) for _ in range(3)]
    first = listed(operator, DISTRICT, page_size=2)
    second = listed(operator, DISTRICT, page_size=2, page_token=first.next_page_token)
    assert names(first) + names(second) == made[::-1]
    assert second.next_page_token == ""
    assert refusal(listed, operator, DISTRICT, page_token="torn") == "PAGE_TOKEN_UNREADABLE"


def test_nobody_lists_exports_of_another_region_or_person(calling: As, spoken: list[bytes], db: TestDatabase) -> None:
    introduce(db, UNCLE_BAI)
    start(calling(OPERATOR), DISTRICT)
    for caller, subject in ((HILL_OPERATOR, DISTRICT), (GARDENER, DISTRICT), (UNCLE, GRANNY_WEN), (GRANNY, DISTRICT)):
        assert refusal(listed, calling(caller), subject) == "NOT_FOUND"


def names(answer: proto.ListExportsResponse) -> list[str]:
    return [each.name for each in answer.exports]
