"""Servers of a worker's own: PostgreSQL alone starts for most tests, the others when a test first asks."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from chassis.migrate import migrate
from suite.servers import Servers, start_servers
from suite.servers.broker import drop_broker
from suite.servers.provision import (
    DatabaseUrls,
    clone_database,
    drop_database,
    provision_broker,
    provision_databases,
)
from suite.testing.database import DatabaseFactory, TestDatabase

Brokers = Callable[..., dict[str, str]]


def pytest_configure(config: pytest.Config) -> None:
    """One run folder for all workers of a run."""
    if not hasattr(config, "workerinput"):
        os.environ["ELDERCARE_TEST_RUN"] = tempfile.mkdtemp(prefix="eldercare-test-")
        Path(os.environ["ELDERCARE_TEST_RUN"]).chmod(0o755)  # root's servers run as other users


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        shutil.rmtree(os.environ.get("ELDERCARE_TEST_RUN", ""), ignore_errors=True)


@pytest.fixture(scope="session")
def postgres(worker_id: str) -> Iterator[Servers]:
    """This worker's own servers, of which only PostgreSQL runs yet."""
    run_dir = Path(os.environ["ELDERCARE_TEST_RUN"]) / worker_id
    with start_servers(run_dir, durable=False, progress=lambda _: None, only=("postgres",)) as running:
        yield running


@pytest.fixture(scope="session")
def servers(postgres: Servers) -> Servers:
    """PostgreSQL, RabbitMQ and Redis of this worker's own."""
    postgres.start("rabbitmq", "redis")
    return postgres


@pytest.fixture(scope="session")
def redis_url(postgres: Servers) -> str:
    """Redis of this worker's own, without RabbitMQ."""
    postgres.start("redis")
    return postgres.redis_url


@pytest.fixture(scope="session")
def templates(postgres: Servers) -> Callable[[str], DatabaseUrls]:
    """Migrated template databases, made once a run."""
    made: dict[str, DatabaseUrls] = {}

    def template(service: str) -> DatabaseUrls:
        if service not in made:
            urls = provision_databases(postgres, [service], prefix="template_")[service]
            migrate(urls.owner, service)
            made[service] = urls
        return made[service]

    return template


@pytest.fixture
def database(postgres: Servers, templates: Callable[[str], DatabaseUrls]) -> Iterator[DatabaseFactory]:
    """`database("order")`: a fresh copy of that service's migrated database."""
    made: list[tuple[str, TestDatabase]] = []

    def copy(service: str) -> TestDatabase:
        template, name = templates(service), f"test_{service}_{uuid4().hex[:12]}"
        clone_database(postgres, f"template_{service}", name)
        made.append((name, TestDatabase(service, template.on(name))))
        return made[-1][1]

    yield copy
    for name, each in made:
        each.close()
        drop_database(postgres, name)


@pytest.fixture
def broker(servers: Servers) -> Iterator[Brokers]:
    """`broker("people", "order")`: a virtual host of this test's own; service → AMQP address."""
    vhost, made = f"test-{uuid4().hex[:12]}", set[str]()

    def provision(*services: str) -> dict[str, str]:
        made.update(services)
        return provision_broker(servers, services, vhost=vhost)

    yield provision
    if made:
        drop_broker(servers, sorted(made), vhost=vhost)
