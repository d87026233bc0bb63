"""Who asks, and what for, in tests of calls to people."""

from collections.abc import Callable
from uuid import uuid4

import pytest

from chassis.context import Caller
from chassis.rpc.client import Refused
from eldercare.people.v1.person_pb2 import Region
from eldercare.people.v1.person_service_pb2 import PutRegionRequest
from eldercare.people.v1.person_service_pb2_grpc import PersonServiceStub

CITY, STREET = "regions/demo-city", "regions/demo-city/lake-district/plum-street"
OPERATOR = Caller(subject=f"persons/{uuid4()}", roles=(f"operator@{CITY}",))
STRANGER = Caller(subject=f"persons/{uuid4()}", roles=("operator@regions/elsewhere",))
ORDER = Caller(subject="services/order", purpose="dispatch")
StubOf = Callable[[Caller], PersonServiceStub]


def put_region(name: str = CITY, request_id: str = "") -> PutRegionRequest:
    region = Region(name=name, display_name="Made up", time_zone="Asia/Shanghai")
    return PutRegionRequest(request_id=request_id or str(uuid4()), region=region)


def reason_of(call: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        call()
    return refused.value.reason
