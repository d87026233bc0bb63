"""Every environment variable the gateway reads. Addresses of the services come as ELDERCARE_RPC_<SERVICE>."""

from dataclasses import dataclass

from chassis.ending import LONGEST_STOP_S, STOP_DOC, STOP_VARIABLE
from chassis.settings import env


@dataclass(frozen=True, slots=True, kw_only=True)
class GatewaySettings:
    address: str = env("ELDERCARE_GATEWAY_ADDRESS", "host:port of HTTP", default="127.0.0.1:8080")
    signing_key: str = env("ELDERCARE_GATEWAY_SIGNING_KEY", "file with the private Ed25519 key (JWK)")
    trusted_keys: str = env("ELDERCARE_TRUSTED_KEYS", "file with the public keys of all services (JWKS)")
    redis_url: str = env("ELDERCARE_REDIS_URL", "Redis address; without it the live feed is polled", default="")
    desk_secret: str = env("ELDERCARE_PAGER_SECRET", "shared secret that signs pages to the duty desk", default="")
    public_url: str = env("ELDERCARE_GATEWAY_PUBLIC_URL", "how browsers reach us; empty: as they asked", default="")
    oidc_providers: str = env(
        "ELDERCARE_GATEWAY_OIDC_PROVIDERS", "JSON file with identity providers; empty: none", default=""
    )
    trace_endpoint: str = env("ELDERCARE_TRACE_ENDPOINT", "OTLP/HTTP collector; empty: spans stay here", default="")
    budget_s: float = env("ELDERCARE_GATEWAY_BUDGET_S", "seconds one request may take in all", default=10.0)
    grace_s: float = env("ELDERCARE_GATEWAY_GRACE_S", "seconds running requests get at a stop", default=8.0)
    stop_s: float = env(STOP_VARIABLE, STOP_DOC, default=LONGEST_STOP_S)
    map_tiles: str = env(
        "ELDERCARE_GATEWAY_MAP_TILES",
        "address of map tiles (WGS-84) with {z}, {x} and {y}; empty: the made-up district",
        default="",
    )
    feeds_each: int = env("ELDERCARE_GATEWAY_FEEDS_EACH", "live feeds one person may have open", default=16)
    feeds_all: int = env("ELDERCARE_GATEWAY_FEEDS", "live feeds one gateway holds open in all", default=10_000)
    # Never a star: whoever writes X-Forwarded-For would then choose the address that is counted.
    proxies: str = env(
        "ELDERCARE_GATEWAY_PROXIES",
        "addresses of proxies whose X-Forwarded-For and -Proto count, comma between",
        default="127.0.0.1,::1",
    )
    caller_rate: int = env("ELDERCARE_GATEWAY_CALLER_RATE", "requests a minute of one person; 0: no limit", default=600)
    address_rate: int = env(
        "ELDERCARE_GATEWAY_ADDRESS_RATE", "requests a minute of one address; 0: no limit", default=3_000
    )
    code_rate: int = env(
        "ELDERCARE_GATEWAY_CODE_RATE", "codes asked for or tried a minute from one address; 0: no limit", default=30
    )
    allowed_origins: str = env(
        "ELDERCARE_GATEWAY_ORIGINS", "origins whose pages may call, comma between; empty: only our own", default=""
    )
    unread_s: float = env(
        "ELDERCARE_GATEWAY_UNREAD_S", "seconds after which a peer that never reads is cut", default=30.0
    )

    @property
    def origins(self) -> list[str]:
        return [origin for origin in map(str.strip, self.allowed_origins.split(",")) if origin]
