"""What a server had not begun when it was told to end is asked once more, and never a third time."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import grpc
import pytest

from chassis.rpc.client import CHANNEL
from eldercare.people.v1.person_pb2 import Region
from eldercare.people.v1.person_service_pb2 import PutRegionRequest
from eldercare.people.v1.person_service_pb2_grpc import PersonServiceStub

SERVICE = "eldercare.people.v1.PersonService"


class Ending:
    """Drops the first calls as a server does that ends: with CANCELLED, and nothing done."""

    def __init__(self, dropped: int) -> None:
        self._dropped = dropped
        self.heard: list[str] = []

    def put_region(self, request: PutRegionRequest, context: grpc.ServicerContext) -> Region:
        self.heard.append(request.request_id)
        if len(self.heard) <= self._dropped:
            context.abort(grpc.StatusCode.CANCELLED, "CANCELLED")
        return request.region


@contextmanager
def served(ending: Ending) -> Iterator[PersonServiceStub]:
    server = grpc.server(ThreadPoolExecutor(2))
    method = grpc.unary_unary_rpc_method_handler(
        ending.put_region, PutRegionRequest.FromString, Region.SerializeToString
    )
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(SERVICE, {"PutRegion": method})])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}", options=CHANNEL) as channel:
        yield PersonServiceStub(channel)
    server.stop(None).wait()


def test_a_call_that_was_dropped_is_made_once_more_with_the_same_request_id() -> None:
    ending = Ending(dropped=1)
    with served(ending) as stub:
        answer = stub.PutRegion(PutRegionRequest(request_id="r1", region=Region(name="regions/a")), timeout=10)
    assert answer.name == "regions/a"
    assert ending.heard == ["r1", "r1"]


def test_a_call_that_is_dropped_twice_is_told_to_who_made_it() -> None:
    ending = Ending(dropped=9)
    with served(ending) as stub, pytest.raises(grpc.RpcError) as told:
        stub.PutRegion(PutRegionRequest(request_id="r1"), timeout=10)
    assert told.value.code() is grpc.StatusCode.CANCELLED
    assert len(ending.heard) == 2
