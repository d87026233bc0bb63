"""What is missing, wrong or beyond every calendar has a name."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from eldercare.people.v1.person_pb2 import ROLE_KIND_ELDER, ROLE_KIND_UNSPECIFIED, ROLE_KIND_WORKER, Region, Role
from eldercare.people.v1.person_service_pb2 import (
    EndRoleRequest,
    ListPersonsRequest,
    PutRegionRequest,
    SetPasswordRequest,
)
from services.people.tests.cast import GRANNY_WEN, LAKE, PLUM_CARE, UNCLE_BAI
from services.people.tests.house import SECONDS, House, granting, new_request, refusal, registering

FAR_AWAY = Timestamp(seconds=10**15)
BAD: dict[str, tuple[Callable[[House], object], str]] = {
    "no home": (
        lambda h: h.people.RegisterPerson(registering(UNCLE_BAI, Role(kind=ROLE_KIND_ELDER)), timeout=SECONDS),
        "HOME_MISSING",
    ),
    "a name of his own": (
        lambda h: h.people.RegisterPerson(registering("persons/bai"), timeout=SECONDS),
        "PERSON_NAME_INVALID",
    ),
    "no region": (
        lambda h: h.people.RegisterPerson(registering(UNCLE_BAI, region=""), timeout=SECONDS),
        "INVALID_ARGUMENT",
    ),
    "a role without a kind": (
        lambda h: h.people.EndRole(
            EndRoleRequest(request_id=new_request(), name=GRANNY_WEN, kind=ROLE_KIND_UNSPECIFIED),
            timeout=SECONDS,
            metadata=h.signed_in("mei"),
        ),
        "ROLE_KIND_MISSING",
    ),
    "a role nobody has": (
        lambda h: h.people.EndRole(
            EndRoleRequest(request_id=new_request(), name=GRANNY_WEN, kind=ROLE_KIND_WORKER, object="\0"),
            timeout=SECONDS,
            metadata=h.signed_in("mei"),
        ),
        "ROLE_NOT_HELD",
    ),
    "a time beyond every calendar": (
        lambda h: h.people.GrantRole(
            granting(GRANNY_WEN, Role(kind=ROLE_KIND_WORKER, object=PLUM_CARE, start_time=FAR_AWAY)), timeout=SECONDS
        ),
        "TIME_OUT_OF_RANGE",
    ),
    "a region with a broken name": (
        lambda h: h.people.PutRegion(
            PutRegionRequest(
                request_id=new_request(), region=Region(name=LAKE, display_name="nul\0", time_zone="Asia/Shanghai")
            ),
            timeout=SECONDS,
        ),
        "REGION_TITLE_INVALID",
    ),
    "a list of nowhere": (
        lambda h: h.people.ListPersons(
            ListPersonsRequest(region="nowhere\0"), timeout=SECONDS, metadata=h.signed_in("mei")
        ),
        "NOT_YOUR_REGION",
    ),
    "a password too short": (
        lambda h: h.sessions.SetPassword(
            SetPasswordRequest(request_id=new_request(), name=GRANNY_WEN, login="granny", password="short"),
            timeout=SECONDS,
        ),
        "INVALID_ARGUMENT",
    ),
}


@pytest.mark.parametrize(("call", "reason"), BAD.values(), ids=BAD)
def test_bad_input_is_refused_by_name(street: House, call: Callable[[House], object], reason: str) -> None:
    assert refusal(lambda: call(street)) == reason
