"""The web process: uvicorn around the application, with an end that lets streams finish."""

import socket
import sys
from collections.abc import Mapping
from types import FrameType

import structlog
import uvicorn
from fastapi import FastAPI

from chassis import logs, trace
from chassis.ending import end_within
from chassis.environment import rpc_targets, surroundings
from chassis.settings import BadSettings, load
from gateway_service.app import build
from gateway_service.peers import SERVICES
from gateway_service.settings import GatewaySettings

log = structlog.get_logger(__name__)
_IDLE_S = 30


def app_of(environ: Mapping[str, str]) -> FastAPI:
    """The application as the environment describes it."""
    return build(load(GatewaySettings, environ), _targets(environ))


def main() -> int:
    """Runs until SIGTERM or SIGINT."""
    logs.configure("gateway")
    environ = surroundings()
    settings = load(GatewaySettings, environ)
    trace.configure("gateway", settings.trace_endpoint)
    server = server_of(build(settings, _targets(environ)), settings)
    server.run(sockets=[listen(settings)])
    return 0 if server.started else 1


class Server(uvicorn.Server):
    """Feeds never end by themselves: at a stop they are closed first, and clients come back elsewhere."""

    def __init__(self, config: uvicorn.Config, app: FastAPI, stop_s: float) -> None:
        super().__init__(config)
        self._app, self._stop_s = app, stop_s

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Not uvicorn's own, which raises the signal again when all is done: a clean stop would look like a kill."""
        end_within(self._stop_s)
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._app.state.house.hub.close()
        await super().shutdown(sockets)


def server_of(app: FastAPI, settings: GatewaySettings) -> Server:
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        forwarded_allow_ips=settings.proxies.replace("*", ""),
        timeout_keep_alive=_IDLE_S,
        timeout_graceful_shutdown=int(settings.grace_s),
    )
    return Server(config, app, settings.stop_s)


def listen(settings: GatewaySettings) -> socket.socket:
    """A bound socket. Whoever takes our bytes and never reads them is cut by the kernel."""
    host, _, port = settings.address.rpartition(":")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(settings.unread_s * 1000))
    listener.bind((host.strip("[]"), int(port)))
    log.info("gateway.bound", port=listener.getsockname()[1])
    return listener


def _targets(environ: Mapping[str, str]) -> dict[str, str]:
    targets = rpc_targets(environ)
    missing = [f"  ELDERCARE_RPC_{name.upper()}: is not set" for name in SERVICES if name not in targets]
    if missing:
        raise BadSettings("The settings cannot be used:\n" + "\n".join(missing))
    return targets


if __name__ == "__main__":
    sys.exit(main())
