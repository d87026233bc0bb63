"""Every environment variable the device service reads, beside those of the chassis."""

from dataclasses import dataclass

from chassis.ending import LONGEST_STOP_S, STOP_DOC, STOP_VARIABLE
from chassis.settings import env


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceSettings:
    """Of core and events."""

    adapters: str = env(
        "ELDERCARE_DEVICE_ADAPTERS", "Adapters that may be loaded, by name, with commas", default="watch"
    )
    exports_dir: str = env(
        "ELDERCARE_DEVICE_EXPORTS_DIR",
        "Folder in which exports are made, the same for all copies; empty: none",
        default="",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class IngressSettings:
    """Of ingress, which needs neither broker nor signing key. Times in seconds."""

    database_url: str = env("ELDERCARE_DEVICE_DATABASE_URL", "PostgreSQL address of the runtime role")
    seal_keys: str = env("ELDERCARE_DEVICE_SEAL_KEYS", "File with the seal keys (JSON)")
    health_address: str = env(
        "ELDERCARE_DEVICE_INGRESS_HEALTH_ADDRESS", "host:port of health and metrics", default="127.0.0.1:7003"
    )
    trace_endpoint: str = env("ELDERCARE_TRACE_ENDPOINT", "OTLP/HTTP collector; empty: spans stay here", default="")
    adapters: str = env(
        "ELDERCARE_DEVICE_ADAPTERS", "Adapters that may be loaded, by name, with commas", default="watch"
    )
    watch_address: str = env(
        "ELDERCARE_DEVICE_WATCH_ADDRESS", "host:port for watches; port 0: any", default="127.0.0.1:0"
    )
    ready_file: str = env("ELDERCARE_DEVICE_READY_FILE", "Written with the bound address, one a line", default="")
    lanes: int = env("ELDERCARE_DEVICE_LANES", "Transactions at the same time", default=4)
    batch: int = env("ELDERCARE_DEVICE_BATCH", "Most frames in one transaction", default=64)
    connections: int = env("ELDERCARE_DEVICE_CONNECTIONS", "Most connections of one process", default=20_000)
    sessions_each: int = env("ELDERCARE_DEVICE_SESSIONS_EACH", "Most sessions of one identity", default=3)
    idle_s: float = env(
        "ELDERCARE_DEVICE_IDLE_S", "A silent session is closed; watches speak every 8 min", default=1_200.0
    )
    hello_s: float = env("ELDERCARE_DEVICE_HELLO_S", "A connection that never says who it is is closed", default=60.0)
    frames_per_s: float = env(
        "ELDERCARE_DEVICE_FRAMES_PER_S", "Frames without alarm a second and identity", default=20.0
    )
    frames_burst: int = env("ELDERCARE_DEVICE_FRAMES_BURST", "Frames at once, such as a backlog", default=600)
    waiting_each: int = env("ELDERCARE_DEVICE_WAITING_EACH", "Frames of one session that may wait", default=64)
    waiting_bytes: int = env("ELDERCARE_DEVICE_WAITING_BYTES", "Bytes of all that may wait", default=64 * 1024 * 1024)
    garbage_bytes: int = env("ELDERCARE_DEVICE_GARBAGE_BYTES", "Garbage after which a line is cut", default=256 * 1024)
    garbage_kept: int = env("ELDERCARE_DEVICE_GARBAGE_KEPT", "Pieces of garbage kept a connection", default=5)
    drain_s: float = env("ELDERCARE_DEVICE_DRAIN_S", "Time to store what waits when told to stop", default=10.0)
    stop_s: float = env(STOP_VARIABLE, STOP_DOC, default=LONGEST_STOP_S)


def allowed(adapters: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in adapters.split(",") if name.strip())
