"""Speaking to the suite's rpc as somebody: a service of its own keys, a person, or a provider's own system."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import grpc

from chassis.identity import Identity
from chassis.rpc.client import CHANNEL, refused
from eldercare.device.v1.device_service_pb2_grpc import DeviceServiceStub
from eldercare.notify.v1.notify_service_pb2_grpc import NotifyServiceStub
from eldercare.order.v1.incident_service_pb2_grpc import IncidentServiceStub
from eldercare.order.v1.order_service_pb2_grpc import CatalogueServiceStub, DutyServiceStub, OrderServiceStub
from eldercare.order.v1.provider_service_pb2_grpc import ProviderServiceStub
from eldercare.payment.v1.payment_service_pb2_grpc import PaymentServiceStub
from eldercare.payment.v1.statement_service_pb2_grpc import ProviderStatementServiceStub
from eldercare.people.v1.api_key_service_pb2 import ExchangeApiKeyRequest
from eldercare.people.v1.api_key_service_pb2_grpc import ApiKeyServiceStub
from eldercare.people.v1.person_service_pb2 import SignInRequest
from eldercare.people.v1.person_service_pb2_grpc import PersonServiceStub, SessionServiceStub

S = TypeVar("S")
DEADLINE_S = 10.0


class _Named(grpc.UnaryUnaryClientInterceptor, grpc.UnaryStreamClientInterceptor):
    """Adds who speaks and turns errors of single answers into named refusals."""

    def __init__(self, token: Callable[[], str]) -> None:
        self._token = token

    def intercept_unary_unary(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        named = client_call_details._replace(metadata=self._metadata(), timeout=DEADLINE_S)
        call = continuation(named, request)
        error = call.exception()
        if isinstance(error, grpc.RpcError):
            raise refused(error) from error
        return call

    def intercept_unary_stream(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        return continuation(client_call_details._replace(metadata=self._metadata()), request)

    def _metadata(self) -> tuple[tuple[str, str], ...]:
        return (("authorization", f"Bearer {self._token()}"), ("purpose", "demo"), ("correlation", ""))


class Phone:
    """All services of one suite, as one caller."""

    def __init__(self, target: str, token: Callable[[], str]) -> None:
        self._plain = grpc.insecure_channel(target, options=CHANNEL)
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
        self.api_keys = ApiKeyServiceStub(channel)
        self.provider = ProviderServiceStub(channel)
        self.statements = ProviderStatementServiceStub(channel)

    def close(self) -> None:
        self._plain.close()


def as_suite(target: str, keys: Path) -> Phone:
    """The suite itself, for seeding."""
    identity = Identity.load("suite", keys / "suite.key", keys / "trusted.json")
    return Phone(target, identity.own_token)


def as_system(target: str, secret: str) -> Phone:
    """A provider's own system, for as long as the token lives that its API key is traded for."""
    with grpc.insecure_channel(target) as channel:
        request = ExchangeApiKeyRequest(secret=secret)
        token = ApiKeyServiceStub(channel).ExchangeApiKey(request, timeout=DEADLINE_S).token
    return Phone(target, lambda: token)


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
