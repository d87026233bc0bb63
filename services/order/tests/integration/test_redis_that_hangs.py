"""Redis is there and answers nothing: workers go on duty and report all the same, and no transaction waits for it."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from eldercare.order.v1 import order_service_pb2
from eldercare.order.v1.order_service_pb2_grpc import DutyServiceStub
from services.order.tests.callers import here, new, person
from services.order.tests.cast import BO, PROVIDER
from services.order.tests.duty_room import DutyRoom
from suite.testing import RpcFactory

OPEN_TRANSACTIONS = """SELECT count(*) AS n FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'order.core' AND state = 'idle in transaction'"""


@dataclass
class Mute:
    """Takes every call for Redis, looks how order's database stands, and says nothing."""

    room: DutyRoom
    transactions: list[int] = field(default_factory=list)
    url: str = ""

    def listen(self, door: socket.socket) -> None:
        self.url = f"redis://127.0.0.1:{door.getsockname()[1]}"
        lines = []
        while True:
            try:
                lines.append(door.accept()[0])
            except OSError:
                return
            self.transactions.append(self.room.row(OPEN_TRANSACTIONS)["n"])


@pytest.fixture
def mute(room: DutyRoom) -> Iterator[Mute]:
    with socket.create_server(("127.0.0.1", 0)) as door:
        redis = Mute(room)
        hearing = threading.Thread(target=redis.listen, args=(door,), daemon=True)
        hearing.start()
        yield redis
        door.shutdown(socket.SHUT_RDWR)
        hearing.join()


def test_a_redis_that_hangs_is_asked_once_and_holds_no_transaction(room: DutyRoom, rpc: RpcFactory, mute: Mute) -> None:
    room.person(BO.name, ("WORKER", PROVIDER))
    served = rpc("order", db=room.db, environ={"ELDERCARE_REDIS_URL": mute.url})
    bo = DutyServiceStub(served.channel_as(person(BO.name)))
    assert bo.GoOnDuty(order_service_pb2.GoOnDutyRequest(request_id=new(), position=here())).on_duty
    for _ in range(20):
        report = order_service_pb2.ReportPositionRequest(request_id=new(), position=here())
        assert bo.ReportPosition(report).on_duty
    assert mute.transactions == [0]
    assert room.row("SELECT on_duty FROM duties WHERE worker = %s", BO.name)["on_duty"]
