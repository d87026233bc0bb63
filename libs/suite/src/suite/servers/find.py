"""The three ways to a server, in order: an address in the environment, a program of this machine, Docker."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from suite.servers import docker, postgres, rabbitmq, redis
from suite.servers.place import Place
from suite.servers.refusals import ServerMissing
from suite.servers.server import Addresses, AddressServer, Kind, Server

WAYS: tuple[Kind, ...] = ("address", "binary", "docker")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """How one server is had, and what a person is told when it is not."""

    name: str
    variable: str
    package: str
    given: Callable[[str, str], Server]
    present: Callable[[], bool]
    binary: Callable[[Place], Server]
    docker: Callable[[Place], Server]


def _postgres_at(url: str, variable: str) -> Server:
    return AddressServer(postgres.NAME, Addresses(url=url), lambda: postgres.answers(url), variable=variable)


def _rabbitmq_at(url: str, variable: str) -> Server:
    http = os.environ.get("ELDERCARE_AMQP_MANAGEMENT_URL") or rabbitmq.management_beside(url)
    at = Addresses(url=url, management=http)
    return AddressServer(rabbitmq.NAME, at, lambda: rabbitmq.ready(at), variable=variable)


def _redis_at(url: str, variable: str) -> Server:
    return AddressServer(redis.NAME, Addresses(url=url), lambda: redis.answers(url), variable=variable)


RECIPES = (
    Recipe(
        name=postgres.NAME,
        variable="ELDERCARE_POSTGRES_URL",
        package="postgresql",
        given=_postgres_at,
        present=lambda: bool(postgres.find()),
        binary=postgres.binary,
        docker=docker.postgres,
    ),
    Recipe(
        name=rabbitmq.NAME,
        variable="ELDERCARE_AMQP_URL",
        package="rabbitmq-server",
        given=_rabbitmq_at,
        present=lambda: rabbitmq.find() is not None,
        binary=rabbitmq.binary,
        docker=docker.rabbitmq,
    ),
    Recipe(
        name=redis.NAME,
        variable="ELDERCARE_REDIS_URL",
        package="redis-server",
        given=_redis_at,
        present=lambda: redis.find() is not None,
        binary=redis.binary,
        docker=docker.redis,
    ),
)


def choose(recipe: Recipe, ways: Sequence[Kind]) -> Kind | None:
    for way in ways:
        if way == "address" and os.environ.get(recipe.variable):
            return way
        if way == "binary" and recipe.present():
            return way
        if way == "docker" and docker.refusal() is None:
            return way
    return None


def servers_for(place: Place, ways: Sequence[Kind] = WAYS) -> dict[str, Server]:
    """One server a recipe, not started yet; or one refusal that names all that are missing."""
    if (refusal := missing(ways)) is not None:
        raise refusal
    return {recipe.name: _make(recipe, place, choose(recipe, ways)) for recipe in RECIPES}


def missing(ways: Sequence[Kind] = WAYS) -> ServerMissing | None:
    lacking = _lacking(ways)
    return ServerMissing([recipe.name for recipe in lacking], _ways_to_get(lacking)) if lacking else None


def missing_packages() -> list[str]:
    return [recipe.package for recipe in _lacking(WAYS)]


def _lacking(ways: Sequence[Kind]) -> list[Recipe]:
    return [recipe for recipe in RECIPES if choose(recipe, ways) is None]


def _make(recipe: Recipe, place: Place, way: Kind | None) -> Server:
    if way == "address":
        return recipe.given(os.environ[recipe.variable], recipe.variable)
    return recipe.binary(place) if way == "binary" else recipe.docker(place)


def _ways_to_get(missing: Sequence[Recipe]) -> list[str]:
    variables = ", ".join(recipe.variable for recipe in missing)
    packages = " ".join(recipe.package for recipe in missing)
    return [
        f"give the address of one that runs: {variables}",
        f"install it on this machine: sudo apt-get install {packages}  (PostgreSQL 15 to 18)",
        f"start a Docker engine this user may use ({docker.refusal() or 'one answers'})",
    ]
