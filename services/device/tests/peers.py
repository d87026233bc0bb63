"""Who stands at the other end of device's call in a test: order's door over gRPC."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import grpc
from joserfc.jwk import KeySet, OKPKey

from chassis.identity import Identity, generate_keys
from chassis.rpc.client import Clients
from eldercare.order.v1.incident_service_pb2 import OpenIncidentRequest, OpenIncidentResponse


@dataclass
class OrderDoor:
    """Opens one incident a story, as order does; closed until a test opens it."""

    is_open: bool = True
    asked: list[OpenIncidentRequest] = field(default_factory=list)
    callers: list[str] = field(default_factory=list)

    def open_incident(self, request: OpenIncidentRequest, context: Any) -> OpenIncidentResponse:
        self.asked.append(request)
        self.callers.append(dict(context.invocation_metadata()).get("authorization", ""))
        if not self.is_open:
            context.abort(grpc.StatusCode.UNAVAILABLE, "order's store cannot be reached")
        return OpenIncidentResponse(name=f"incidents/{request.correlation}")


@contextmanager
def order_listening(door: OrderDoor) -> Iterator[Clients]:
    private, trusted = generate_keys(["device"])
    key, keys = OKPKey.import_key(json.loads(private["device"])), KeySet.import_key_set(json.loads(trusted))
    server = grpc.server(ThreadPoolExecutor(2))
    handler = grpc.unary_unary_rpc_method_handler(
        door.open_incident, OpenIncidentRequest.FromString, OpenIncidentResponse.SerializeToString
    )
    server.add_generic_rpc_handlers(
        (grpc.method_handlers_generic_handler("eldercare.order.v1.IncidentService", {"OpenIncident": handler}),)
    )
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    clients = Clients(Identity("device", key, keys), {"order": f"127.0.0.1:{port}"})
    try:
        yield clients
    finally:
        clients.close()
        server.stop(None)
