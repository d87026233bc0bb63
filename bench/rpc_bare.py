"""The same command with grpcio and psycopg alone: same SQL, no caller, no rules, no traces, no metrics."""

import os
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from typing import Any
from uuid import uuid4

import grpc
from psycopg import Connection
from psycopg_pool import ConnectionPool

from eldercare.people.v1.events_pb2 import RegionChanged
from eldercare.people.v1.person_pb2 import Region
from eldercare.people.v1.person_service_pb2 import PutRegionRequest

SERVICE = "eldercare.people.v1.PersonService"
METHOD = f"/{SERVICE}/PutRegion"
CALLER = "services/suite"
_CLAIM = """INSERT INTO requests (caller, request_id, method, fingerprint) VALUES (%s, %s, %s, %s)
            ON CONFLICT DO NOTHING"""
_READ = "SELECT name, display_name, time_zone, version FROM regions WHERE name = %s FOR UPDATE"
_SAVE = """INSERT INTO regions (name, display_name, time_zone, version) VALUES (%s, %s, %s, %s)
           ON CONFLICT (name) DO UPDATE SET display_name = excluded.display_name, time_zone = excluded.time_zone,
               version = excluded.version"""
_APPEND = "SELECT append_event(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
_ANSWER = "UPDATE requests SET answer = %s WHERE caller = %s AND request_id = %s"


class Bare:
    def __init__(self, pool: ConnectionPool[Connection[Any]]) -> None:
        self._pool = pool

    def put_region(self, request: PutRegionRequest, context: grpc.ServicerContext) -> Region:
        fingerprint = sha256(METHOD.encode() + request.SerializeToString(deterministic=True)).digest()
        with self._pool.connection() as connection, connection.transaction():
            connection.execute(_CLAIM, [CALLER, request.request_id, METHOD, fingerprint])
            region = _put(connection, request.region)
            answer = region.SerializeToString()
            connection.execute(_ANSWER, [answer, CALLER, request.request_id])
        return region


def _put(connection: Connection[Any], told: Region) -> Region:
    connection.execute("SELECT lock_aggregate(%s)", [told.name])
    row = connection.execute(_READ, [told.name]).fetchone()
    region = Region(name=told.name, display_name=told.display_name, time_zone=told.time_zone)
    region.version = row[3] + 1 if row else 1
    connection.execute(_SAVE, [region.name, region.display_name, region.time_zone, region.version])
    fact = RegionChanged(region=region)
    name = fact.DESCRIPTOR.full_name
    story = ["", "", CALLER, told.name, "", "", ""]
    connection.execute(_APPEND, [uuid4(), name, told.name, *story, fact.SerializeToString(deterministic=True), True])
    return region


def main() -> None:
    url = os.environ["ELDERCARE_PEOPLE_DATABASE_URL"]
    pool: ConnectionPool[Connection[Any]] = ConnectionPool(url, min_size=1, max_size=12, kwargs={"autocommit": True})
    server = grpc.server(ThreadPoolExecutor(16))
    handler = grpc.unary_unary_rpc_method_handler(
        Bare(pool).put_region, PutRegionRequest.FromString, Region.SerializeToString
    )
    server.add_generic_rpc_handlers([grpc.method_handlers_generic_handler(SERVICE, {"PutRegion": handler})])
    server.add_insecure_port(os.environ["ELDERCARE_CORE_RPC_ADDRESS"])
    server.start()
    server.wait_for_termination()


if __name__ == "__main__":
    main()
