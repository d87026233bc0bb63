"""Each service gets its own database and its own corner of the broker, and nobody else's."""

import stat
from collections.abc import Callable, Iterator

import amqp
import psycopg
import pytest
from psycopg import errors

from libs.suite.tests.servers.clients import ask, channel, publish
from suite.servers import Servers
from suite.servers.broker import drop_broker
from suite.servers.management import Management
from suite.servers.provision import (
    DatabaseUrls,
    clone_database,
    drop_database,
    provision_broker,
    provision_databases,
)

pytestmark = pytest.mark.xdist_group("servers")  # one worker, one set of servers

SERVICES = ("device", "order")


@pytest.fixture(scope="module")
def broker(servers: Servers) -> Iterator[dict[str, str]]:
    yield provision_broker(servers, SERVICES, vhost="community")
    drop_broker(servers, SERVICES, vhost="community")


@pytest.fixture(scope="module")
def databases(servers: Servers) -> dict[str, DatabaseUrls]:
    urls = provision_databases(servers, SERVICES, prefix="made_up_")
    ask(urls["order"].owner, "CREATE TABLE visit (id bigint GENERATED ALWAYS AS IDENTITY, note text)")
    return urls


def refused_by_broker(act: Callable[[amqp.Channel], object], url: str) -> None:
    with channel(url) as on, pytest.raises(amqp.AccessRefused):
        act(on)


def test_a_queue_is_a_quorum_queue_by_itself(servers: Servers, broker: dict[str, str]) -> None:
    with channel(broker["order"]) as on:
        on.queue_declare("order.urgent", durable=True, auto_delete=False)
    queue = Management(servers.amqp_management).get("queues", "community", "order.urgent")
    assert queue["type"] == "quorum"


def test_a_service_hears_the_events_of_another(broker: dict[str, str]) -> None:
    with channel(broker["device"]) as device, channel(broker["order"]) as order:
        device.exchange_declare("device.events", "topic", durable=True, auto_delete=False)
        order.queue_declare("order.urgent", durable=True, auto_delete=False)
        order.queue_bind("order.urgent", "device.events", "#")
        publish(device, "eldercare.device.v1.AlarmRaised", "an alarm", exchange="device.events")
        message = order.basic_get("order.urgent", no_ack=True)
        assert message is not None
        assert message.body == "an alarm"


def test_a_service_can_spread_its_queue_by_consistent_hash(broker: dict[str, str]) -> None:
    with channel(broker["order"]) as on:
        on.exchange_declare("order.shards", "x-consistent-hash", durable=True, auto_delete=False)


def test_a_service_cannot_speak_in_the_name_of_another(broker: dict[str, str]) -> None:
    with channel(broker["device"]) as device:
        device.exchange_declare("device.events", "topic", durable=True, auto_delete=False)
    refused_by_broker(lambda on: publish(on, "AlarmRaised", "forged", exchange="device.events"), broker["order"])
    refused_by_broker(
        lambda on: on.exchange_declare("device.other", "topic", durable=True, auto_delete=False), broker["order"]
    )


def test_a_service_cannot_read_or_remove_the_queue_of_another(broker: dict[str, str]) -> None:
    with channel(broker["order"]) as order:
        order.queue_declare("order.urgent", durable=True, auto_delete=False)
    refused_by_broker(lambda on: on.basic_get("order.urgent"), broker["device"])
    refused_by_broker(lambda on: on.queue_delete("order.urgent"), broker["device"])
    refused_by_broker(lambda on: on.queue_bind("order.urgent", "device.events", "#"), broker["device"])


def test_provisioning_again_changes_nothing(
    servers: Servers, broker: dict[str, str], databases: dict[str, DatabaseUrls]
) -> None:
    assert provision_broker(servers, SERVICES, vhost="community") == broker
    assert provision_databases(servers, SERVICES, prefix="made_up_") == databases


def test_a_database_is_of_one_kind_whatever_its_server(databases: dict[str, DatabaseUrls]) -> None:
    kind = (
        "SELECT pg_encoding_to_char(encoding) || ' ' || datcollate FROM pg_database WHERE datname = current_database()"
    )
    assert ask(databases["order"].owner, kind) == "UTF8 C"


def test_passwords_are_readable_by_their_owner_alone(servers: Servers, databases: dict[str, DatabaseUrls]) -> None:
    kept = servers.place.run_dir / "servers.json"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600


def test_the_owner_migrates_and_the_app_works(databases: dict[str, DatabaseUrls]) -> None:
    order = databases["order"]
    ask(order.app, "INSERT INTO visit (note) VALUES ('arrived')")
    assert ask(order.app, "UPDATE visit SET note = 'finished' RETURNING note") == "finished"
    with pytest.raises(errors.InsufficientPrivilege):
        ask(order.app, "CREATE TABLE mine ()")
    with pytest.raises(errors.InsufficientPrivilege):
        ask(order.app, "DROP TABLE visit")


def test_a_migration_names_the_roles_the_same_way_for_every_service(databases: dict[str, DatabaseUrls]) -> None:
    ask(databases["order"].owner, "REVOKE DELETE ON visit FROM eldercare_app")
    with pytest.raises(errors.InsufficientPrivilege):
        ask(databases["order"].app, "DELETE FROM visit")


def test_the_auditor_reads_and_never_writes(databases: dict[str, DatabaseUrls]) -> None:
    order = databases["order"]
    ask(order.owner, "CREATE TABLE fact AS SELECT 1 AS one")
    ask(order.owner, "CREATE SCHEMA archive")
    ask(order.owner, "CREATE TABLE archive.kept AS SELECT 2 AS two")
    assert ask(order.auditor, "SELECT one + two FROM fact, archive.kept") == 3
    with pytest.raises(errors.ReadOnlySqlTransaction):
        ask(order.auditor, "DELETE FROM fact")
    with pytest.raises(errors.InsufficientPrivilege):
        ask(order.auditor, "SET transaction_read_only = off; DELETE FROM archive.kept")


def test_the_tester_may_write_only_what_a_migration_gives_it(databases: dict[str, DatabaseUrls]) -> None:
    order = databases["order"]
    ask(order.owner, "CREATE TABLE clock AS SELECT interval '0' AS shift")
    with pytest.raises(errors.InsufficientPrivilege):
        ask(order.tester, "UPDATE clock SET shift = '1 hour'")
    ask(order.owner, "GRANT UPDATE ON clock TO eldercare_tester")
    ask(order.tester, "UPDATE clock SET shift = '1 hour'")


def test_a_service_cannot_enter_the_database_of_another(databases: dict[str, DatabaseUrls]) -> None:
    with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
        ask(databases["device"].on("made_up_order").app, "SELECT 1")


def test_a_copy_has_the_same_tables_rights_and_roles(servers: Servers, databases: dict[str, DatabaseUrls]) -> None:
    order = databases["order"]
    clone_database(servers, "made_up_order", "made_up_copy")
    try:
        copy = order.on("made_up_copy")
        ask(copy.app, "INSERT INTO visit (note) VALUES ('in the copy')")
        assert ask(copy.auditor, "SELECT count(*) FROM visit WHERE note = 'in the copy'") == 1
        assert ask(order.app, "SELECT count(*) FROM visit WHERE note = 'in the copy'") == 0
        with pytest.raises(errors.InsufficientPrivilege):
            ask(copy.app, "DELETE FROM visit")
        with pytest.raises(psycopg.OperationalError, match="permission denied for database"):
            ask(databases["device"].on("made_up_copy").app, "SELECT 1")
    finally:
        drop_database(servers, "made_up_copy")


def test_a_database_is_copied_and_dropped_while_others_still_look_at_it(
    servers: Servers, databases: dict[str, DatabaseUrls]
) -> None:
    with psycopg.connect(databases["order"].app):
        clone_database(servers, "made_up_order", "made_up_busy")
    with psycopg.connect(databases["order"].on("made_up_busy").app):
        drop_database(servers, "made_up_busy")
    assert ask(servers.postgres_url, "SELECT count(*) FROM pg_database WHERE datname = 'made_up_busy'") == 0
