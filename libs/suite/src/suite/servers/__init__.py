"""Private servers for one suite: PostgreSQL, RabbitMQ and Redis, found by address, on this machine, or in Docker."""

from suite.servers.refusals import RunDirBusy, ServerMissing, ServerNotOurs, ServerUnusable
from suite.servers.server import Addresses, Kind, Server
from suite.servers.start import Servers, start_servers

__all__ = [
    "Addresses",
    "Kind",
    "RunDirBusy",
    "Server",
    "ServerMissing",
    "ServerNotOurs",
    "ServerUnusable",
    "Servers",
    "start_servers",
]
