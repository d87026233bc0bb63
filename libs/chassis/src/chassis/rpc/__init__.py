"""gRPC in plain threads. Nothing here may be loaded beside nameko."""

from chassis.rpc.calls import Rpc, command, query

__all__ = ["Rpc", "command", "query"]
