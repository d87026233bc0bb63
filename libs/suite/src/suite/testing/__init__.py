"""Fixtures over real servers: migrated databases with a clock that can be pushed, rpc of one service, a broker."""

from suite.testing.database import DatabaseFactory, TestDatabase, push_clock
from suite.testing.fixtures import (
    Brokers,
    broker,
    database,
    postgres,
    pytest_configure,
    pytest_unconfigure,
    redis_url,
    servers,
    templates,
)
from suite.testing.rpc import RpcFactory, RunningRpc, rpc, rpc_keys

__all__ = [
    "Brokers",
    "DatabaseFactory",
    "RpcFactory",
    "RunningRpc",
    "TestDatabase",
    "broker",
    "database",
    "postgres",
    "push_clock",
    "pytest_configure",
    "pytest_unconfigure",
    "redis_url",
    "rpc",
    "rpc_keys",
    "servers",
    "templates",
]
