"""Servers in containers, for machines with a Docker engine."""

from functools import cache

from suite.servers.place import Place
from suite.servers.server import Server


@cache
def refusal() -> str | None:
    """Why Docker cannot be used here; None when it can."""
    return "not supported yet"


def postgres(place: Place) -> Server:
    raise NotImplementedError(place)


def rabbitmq(place: Place) -> Server:
    raise NotImplementedError(place)


def redis(place: Place) -> Server:
    raise NotImplementedError(place)
