"""Speaking to the suite's rpc as somebody: a service of its own keys, or a person who signed in."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import grpc

from chassis.identity import Identity
from chassis.rpc.client import refused
from eldercare.device.v1.device_service_pb2_grpc import DeviceServiceStub
from eldercare.notify.v1.notify_service_pb2_grpc import NotifyServiceStub
from eldercare.order.v1.incident_service_pb2_grpc import IncidentServiceStub
from eldercare.order.v1.order_service_pb2_grpc import CatalogueServiceStub, DutyServiceStub, OrderServiceStub
from eldercare.payment.v1.payment_service_pb2_grpc import PaymentServiceStub
from eldercare.people.v1.person_service_pb2 import SignInRequest
from eldercare.people.v1.person_service_pb2_grpc import PersonServiceStub, SessionServiceStub

S = TypeVar("S")
DEADLINE_S = 10.0


class _Named(grpc.UnaryUnaryClientInterceptor):
    """Adds who speaks and turns errors into named refusals."""

    def __init__(self, token: Callable[[], str]) -> None:
        self._token = token

    def intercept_unary_unary(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        metadata = (("authorization", f"Bearer {self._token()}"), ("purpose", "demo"), ("correlation", ""))
        details = client_call_details._replace(metadata=metadata, timeout=DEADLINE_S)
        call = continuation(details, request)
        error = call.exception()
        if isinstance(error, grpc.RpcError):
            raise refused(error) from error
        return call


class Phone:
    """All services of one suite, as one caller."""

    def __init__(self, target: str, token: Callable[[], str]) -> None:
        self._plain = grpc.insecure_channel(target)
        channel = grpc.intercept_channel(self._plain, _Named(token))
        self.people = PersonServiceStub(channel)
        self.sessions = SessionServiceStub(channel)
        self.devices = DeviceServiceStub(channel)
        self.incidents = IncidentServiceStub(channel)
        self.orders = OrderServiceStub(channel)
        self.catalogue = CatalogueServiceStub(channel)
        self.duties = DutyServiceStub(channel)
        self.notify = NotifyServiceStub(channel)
        self.payment = PaymentServiceStub(channel)

    def close(self) -> None:
        self._plain.close()


def as_suite(target: str, keys: Path) -> Phone:
    """The suite itself, for seeding."""
    identity = Identity.load("suite", keys / "suite.key", keys / "trusted.json")
    return Phone(target, identity.own_token)


def as_person(target: str, login: str, password: str) -> Phone:
    """A person who signs in; raises chassis.rpc.client.Refused."""
    channel = grpc.insecure_channel(target)
    try:
        request = SignInRequest(login=login, password=password)
        token = SessionServiceStub(channel).SignIn(request, timeout=DEADLINE_S).token
    except grpc.RpcError as error:
        raise refused(error) from error
    finally:
        channel.close()
    return Phone(target, lambda: token)


def new_request() -> str:
    """A fresh request_id."""
    return str(uuid4())
