"""A command over rpc: eight callers change made-up regions as fast as the server answers."""

import sys
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import grpc

from bench.rounds import Rounds
from bench.row import Row
from bench.stage import Stage
from chassis.clock import monotonic
from eldercare.people.v1.person_pb2 import Region
from eldercare.people.v1.person_service_pb2 import PutRegionRequest
from eldercare.people.v1.person_service_pb2_grpc import PersonServiceStub
from suite.servers.ports import free_port

CALLERS = 8
REGIONS_EACH = 8


def measure(stage: Stage, rounds: Rounds) -> Row:
    chassis, bare = rounds.medians(
        lambda: _called(stage, rounds.calls, "bench.rpc_chassis"),
        lambda: _called(stage, rounds.calls, "bench.rpc_bare"),
    )
    beside = "grpcio and psycopg, same SQL, without caller, rules, traces"
    return Row(name="rpc_throughput", value=chassis, unit="1/s", floor=bare, beside=beside)


def _called(stage: Stage, number: int, module: str) -> float:
    """Calls a second, after every caller has made a few."""
    address = f"127.0.0.1:{free_port()}"
    argv = [sys.executable, "-m", module]
    server = stage.process("rpc", argv, f"tcp://{address}", ELDERCARE_CORE_RPC_ADDRESS=address)
    server.start()
    try:
        server.wait_ready()
        with grpc.insecure_channel(address) as channel:
            callers = _Callers(channel, stage.identity().own_token())
            callers.warm()
            began = monotonic()
            callers.call(number)
            return number / (monotonic() - began)
    finally:
        server.stop()


class _Callers:
    def __init__(self, channel: grpc.Channel, token: str) -> None:
        self._stub = PersonServiceStub(channel)
        self._metadata = (("authorization", f"Bearer {token}"),)

    def warm(self) -> None:
        """Parents come before children."""
        self._put("regions/bench", "Bench")
        self.call(CALLERS * REGIONS_EACH * 2)

    def call(self, number: int) -> None:
        with ThreadPoolExecutor(CALLERS) as pool:
            for done in [pool.submit(self._one_caller, caller, number // CALLERS) for caller in range(CALLERS)]:
                done.result()

    def _one_caller(self, caller: int, number: int) -> None:
        for turn in range(number):
            self._put(f"regions/bench/{caller}-{turn % REGIONS_EACH}", f"Bench {uuid4()}")

    def _put(self, name: str, title: str) -> None:
        region = Region(name=name, display_name=title, time_zone="Asia/Shanghai")
        request = PutRegionRequest(request_id=str(uuid4()), region=region)
        self._stub.PutRegion(request, timeout=20, metadata=self._metadata)
