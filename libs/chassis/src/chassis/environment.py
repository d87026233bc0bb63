"""What every process of a service needs; `{SERVICE}` in a variable's name is the service, in capitals."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from chassis.ending import LONGEST_STOP_S, STOP_DOC, STOP_VARIABLE
from chassis.settings import env

SECRETS_DIR = "ELDERCARE_SECRETS_DIR"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceEnvironment:
    """Addresses and key files of one service."""

    database_url: str = env("ELDERCARE_{SERVICE}_DATABASE_URL", "PostgreSQL address of the runtime role")
    amqp_url: str = env("ELDERCARE_{SERVICE}_AMQP_URL", "RabbitMQ address of the service's own user")
    signing_key: str = env("ELDERCARE_{SERVICE}_SIGNING_KEY", "file with the private Ed25519 key (JWK)")
    seal_keys: str = env("ELDERCARE_{SERVICE}_SEAL_KEYS", "file with the seal keys (JSON)")
    trusted_keys: str = env("ELDERCARE_TRUSTED_KEYS", "file with the public keys of all services (JWKS)")
    heartbeat_s: int = env("ELDERCARE_HEARTBEAT_S", "seconds of silence, twice, before a broker is left", default=10)
    confirm_s: float = env("ELDERCARE_CONFIRM_S", "seconds the broker gets to confirm a publish", default=5.0)
    shards: int = env("ELDERCARE_{SERVICE}_SHARDS", "queues a lane; the same number in all its processes", default=1)
    own_shards: str = env("ELDERCARE_{SERVICE}_OWN_SHARDS", "those this process consumes: 0,2; empty: all", default="")
    pager_url: str = env("ELDERCARE_PAGER_URL", "where a human is paged past everything of ours", default="")
    pager_secret: str = env("ELDERCARE_PAGER_SECRET", "shared secret that signs pages", default="")
    redis_url: str = env("ELDERCARE_REDIS_URL", "Redis address; what it holds may be lost", default="")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEnvironment:
    """How much the log says."""

    detail: bool = env(
        "ELDERCARE_LOG_DETAIL", "what exceptions say; development only, it may be personal", default=False
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class CoreEnvironment:
    """Where a core process listens."""

    rpc_address: str = env("ELDERCARE_CORE_RPC_ADDRESS", "host:port of gRPC", default="127.0.0.1:7000")
    outer_address: str = env("ELDERCARE_CORE_OUTER_ADDRESS", "host:port of gRPC over TLS; empty: none", default="")
    tls_cert: str = env("ELDERCARE_CORE_TLS_CERT", "PEM file shown on the outer port", default="")
    tls_key: str = env("ELDERCARE_CORE_TLS_KEY", "PEM file with its private key", default="")
    tls_client_ca: str = env("ELDERCARE_CORE_TLS_CLIENT_CA", "PEM file; callers must show its certificate", default="")
    health_address: str = env(
        "ELDERCARE_CORE_HEALTH_ADDRESS", "host:port of health and metrics", default="127.0.0.1:7001"
    )
    trace_endpoint: str = env("ELDERCARE_TRACE_ENDPOINT", "OTLP/HTTP collector; empty: spans stay here", default="")
    grace_s: float = env("ELDERCARE_CORE_GRACE_S", "seconds running calls get at a stop", default=8.0)
    stop_s: float = env(STOP_VARIABLE, STOP_DOC, default=LONGEST_STOP_S)
    stalled_s: float = env("ELDERCARE_CORE_STALLED_S", "seconds a thread may go without a tick", default=90.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventsEnvironment:
    """Where an events process answers probes."""

    trace_endpoint: str = env("ELDERCARE_TRACE_ENDPOINT", "OTLP/HTTP collector; empty: spans stay here", default="")
    health_address: str = env(
        "ELDERCARE_EVENTS_HEALTH_ADDRESS", "host:port of health and metrics", default="127.0.0.1:7002"
    )
    grace_s: float = env("ELDERCARE_EVENTS_GRACE_S", "seconds the batches in hand get at a stop", default=8.0)
    stop_s: float = env(STOP_VARIABLE, STOP_DOC, default=LONGEST_STOP_S)
    stalled_s: float = env("ELDERCARE_EVENTS_STALLED_S", "seconds the hub or a consumer may stand still", default=30.0)
    computing_s: float = env(
        "ELDERCARE_EVENTS_COMPUTING_S", "seconds of processor time a handler gets; below two heartbeats", default=5.0
    )


def rpc_targets(environ: Mapping[str, str]) -> dict[str, str]:
    """Service → host:port, from ELDERCARE_RPC_<SERVICE>."""
    prefix = "ELDERCARE_RPC_"
    return {name.removeprefix(prefix).lower(): value for name, value in environ.items() if name.startswith(prefix)}


def surroundings() -> dict[str, str]:
    """The environment, and what the folders in ELDERCARE_SECRETS_DIR (with colons) hold: a file is named as a
    variable, its text the value, as orchestrators mount secrets. The environment wins."""
    mounted: dict[str, str] = {}
    for folder in filter(None, os.environ.get(SECRETS_DIR, "").split(":")):
        mounted |= _read(Path(folder))
    return mounted | dict(os.environ)


def _read(folder: Path) -> dict[str, str]:
    files = sorted(folder.glob("ELDERCARE_*")) if folder.is_dir() else []
    return {file.name: file.read_text().strip() for file in files if file.is_file()}
