"""The three servers from images, for machines with a Docker engine."""

import os
from importlib.util import find_spec
from typing import TYPE_CHECKING
from urllib.parse import quote

from suite.servers import postgres as pg
from suite.servers import rabbitmq as mq
from suite.servers import redis as rd
from suite.servers.place import Place
from suite.servers.server import Addresses, Server

if TYPE_CHECKING:
    from collections.abc import Mapping

IMAGES = {
    "ELDERCARE_POSTGRES_IMAGE": "postgres:17.6",
    "ELDERCARE_RABBITMQ_IMAGE": "rabbitmq:4.0.7-management",
    "ELDERCARE_REDIS_IMAGE": "redis:7.4.5",
}


def refusal() -> str | None:
    """Why Docker cannot be used here; None when it can."""
    if find_spec("testcontainers") is None:
        return "the package testcontainers is not installed"
    # Half a second that a machine with binaries need not spend.
    from docker.errors import DockerException  # type: ignore[import-untyped] # noqa: PLC0415
    from testcontainers.core.docker_client import DockerClient  # noqa: PLC0415

    try:
        client = DockerClient(timeout=5).client
        client.ping()
        client.close()
    except (DockerException, OSError) as error:
        return f"no engine answers this user: {str(error).splitlines()[0][:200]}"
    return None


def image(variable: str) -> str:
    return os.environ.get(variable) or IMAGES[variable]


def postgres(place: Place) -> Server:
    from suite.servers.container import Contents, DockerServer  # noqa: PLC0415

    password = place.memory.password(pg.NAME)

    def addresses(host: str, ports: "Mapping[int, int]") -> Addresses:
        return Addresses(url=f"postgresql://postgres:{quote(password)}@{host}:{ports[5432]}/postgres")

    settings = pg.settings(durable=place.durable)
    contents = Contents(
        name=pg.NAME,
        image=image("ELDERCARE_POSTGRES_IMAGE"),
        image_variable="ELDERCARE_POSTGRES_IMAGE",
        ports=(5432,),
        addresses=addresses,
        answers=lambda at: pg.answers(at.url),
        command=["postgres", *(word for name, value in settings.items() for word in ("-c", f"{name}={value}"))],
        env={"POSTGRES_USER": "postgres", "POSTGRES_PASSWORD": password},
    )
    return DockerServer(contents, place)


def rabbitmq(place: Place) -> Server:
    from suite.servers.container import Contents, DockerServer  # noqa: PLC0415

    user = f"{mq.ADMIN}:{quote(place.memory.password(mq.NAME))}"

    def addresses(host: str, ports: "Mapping[int, int]") -> Addresses:
        return Addresses(
            url=f"amqp://{user}@{host}:{ports[5672]}/%2F", management=f"http://{user}@{host}:{ports[15672]}"
        )

    contents = Contents(
        name=mq.NAME,
        image=image("ELDERCARE_RABBITMQ_IMAGE"),
        image_variable="ELDERCARE_RABBITMQ_IMAGE",
        ports=(5672, 15672),
        addresses=addresses,
        answers=mq.ready,
        env={
            "RABBITMQ_CONFIG_FILE": "/etc/rabbitmq/eldercare.conf",
            "RABBITMQ_ENABLED_PLUGINS_FILE": "/etc/rabbitmq/eldercare_plugins",
        },
        files={
            "/etc/rabbitmq/eldercare.conf": mq.conf(mq.settings(place.memory.password(mq.NAME))),
            "/etc/rabbitmq/eldercare_plugins": mq.PLUGINS,
        },
    )
    return DockerServer(contents, place)


def redis(place: Place) -> Server:
    from suite.servers.container import Contents, DockerServer  # noqa: PLC0415

    password = place.memory.password(rd.NAME)

    def addresses(host: str, ports: "Mapping[int, int]") -> Addresses:
        return Addresses(url=f"redis://:{quote(password)}@{host}:{ports[6379]}/0")

    contents = Contents(
        name=rd.NAME,
        image=image("ELDERCARE_REDIS_IMAGE"),
        image_variable="ELDERCARE_REDIS_IMAGE",
        ports=(6379,),
        addresses=addresses,
        answers=lambda at: rd.answers(at.url),
        command=["redis-server", "--requirepass", password, "--save", "", "--appendonly", "no", "--bind", "0.0.0.0"],  # noqa: S104 - inside its own network; only the loopback is published
    )
    return DockerServer(contents, place)
