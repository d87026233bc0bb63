"""The outer port speaks TLS, and with a client CA only to who shows a certificate of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import grpc
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from grpc_health.v1 import health_pb2, health_pb2_grpc

from chassis.rpc.client import refused
from chassis.rpc.server import Server
from chassis.rpc.tls import Certificates
from chassis.serve_core import server_of
from eldercare.people.v1.api_key_service_pb2 import ExchangeApiKeyRequest
from eldercare.people.v1.api_key_service_pb2_grpc import ApiKeyServiceStub
from eldercare.people.v1.person_service_pb2 import SignInRequest
from eldercare.people.v1.person_service_pb2_grpc import SessionServiceStub
from suite.testing import RpcFactory

SERVING = health_pb2.HealthCheckResponse.SERVING
BEGAN = datetime(2020, 1, 1, tzinfo=UTC)


def made(folder: Path, name: str) -> Path:
    """A key and a certificate that vouches for itself; returns the path without its ending."""
    key, subject = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    host = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
    builder = builder.not_valid_before(BEGAN).not_valid_after(BEGAN + timedelta(days=36_500))
    cert = builder.add_extension(host, critical=False).sign(key, hashes.SHA256())
    (folder / f"{name}.pem").write_bytes(cert.public_bytes(Encoding.PEM))
    (folder / f"{name}.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return folder / name


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server("127.0.0.1:0", [])
    yield server
    server.stop(0)


def test_what_has_no_scope_is_not_there_for_outer_systems(rpc: RpcFactory, tmp_path: Path) -> None:
    house, people = made(tmp_path, "house"), rpc("people")
    server = server_of("127.0.0.1:0", [people.core])
    outside = server.add_outer("127.0.0.1:0", Certificates(cert=f"{house}.pem", key=f"{house}.key"))
    server.start(people.core.names)
    trusted = grpc.ssl_channel_credentials((tmp_path / "house.pem").read_bytes())
    with (
        grpc.secure_channel(f"127.0.0.1:{outside}", trusted) as outer,
        grpc.insecure_channel(f"127.0.0.1:{server.port}") as inner,
    ):
        told = [why_not(channel, call) for channel in (outer, inner) for call in (exchange, sign_in)]
    server.stop(0)
    assert told == ["API_KEY_REFUSED", "CALLER_UNKNOWN", "API_KEY_REFUSED", "SIGN_IN_REFUSED"]


def exchange(channel: grpc.Channel) -> None:
    ApiKeyServiceStub(channel).ExchangeApiKey(ExchangeApiKeyRequest(secret="made-up"), timeout=5)


def sign_in(channel: grpc.Channel) -> None:
    SessionServiceStub(channel).SignIn(SignInRequest(login="granny", password="made-up"), timeout=5)


def why_not(channel: grpc.Channel, call: Callable[[grpc.Channel], None]) -> str:
    with pytest.raises(grpc.RpcError) as error:
        call(channel)
    return refused(error.value).reason


def asked(port: int, folder: Path, shown: Path | None) -> int:
    key = shown.with_suffix(".key").read_bytes() if shown else None
    cert = shown.with_suffix(".pem").read_bytes() if shown else None
    credentials = grpc.ssl_channel_credentials((folder / "house.pem").read_bytes(), key, cert)
    with grpc.secure_channel(f"127.0.0.1:{port}", credentials) as channel:
        check: Any = health_pb2_grpc.HealthStub(channel).Check  # type: ignore[attr-defined]
        return int(check(health_pb2.HealthCheckRequest(), timeout=5).status)


def test_over_tls_the_caller_shows_nothing_but_its_token(server: Server, tmp_path: Path) -> None:
    house = made(tmp_path, "house")
    port = server.add_outer("127.0.0.1:0", Certificates(cert=f"{house}.pem", key=f"{house}.key"))
    server.start([])
    assert asked(port, tmp_path, None) == SERVING


def test_with_a_client_ca_only_its_certificates_get_in(server: Server, tmp_path: Path) -> None:
    house, known, unknown = (made(tmp_path, name) for name in ("house", "known", "unknown"))
    told = Certificates(cert=f"{house}.pem", key=f"{house}.key", client_ca=f"{known}.pem")
    port = server.add_outer("127.0.0.1:0", told)
    server.start([])
    assert asked(port, tmp_path, known) == SERVING
    for shown in (None, unknown):
        with pytest.raises(grpc.RpcError) as refused:
            asked(port, tmp_path, shown)
        assert refused.value.code() == grpc.StatusCode.UNAVAILABLE
