"""What a cluster mounts is what a service reads: each gets its own folder and nothing of the others."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from chassis.environment import ServiceEnvironment, surroundings
from chassis.identity import Identity
from chassis.migrate import OwnerEnvironment, migrate, missing
from chassis.settings import load
from suite.box.handout import SHARED, Names, hand_out
from suite.box.processes import PRODUCERS, SECRETS
from suite.servers import Servers

pytestmark = pytest.mark.xdist_group("servers")


@pytest.fixture(scope="module")
def out(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("handed-out")
    hand_out(servers, folder, Names(), vhost="handed-out")
    return folder


@pytest.fixture
def mounted(out: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What a process of order finds, as a cluster would mount it, and what its migration finds."""
    monkeypatch.setenv("ELDERCARE_SECRETS_DIR", f"{out / 'order'}:{out / 'order-owner'}")
    for name, file in (("SIGNING_KEY", "signing.key"), ("SEAL_KEYS", "seals")):
        monkeypatch.setenv(f"ELDERCARE_ORDER_{name}", str(out / "order" / file))
    monkeypatch.setenv("ELDERCARE_TRUSTED_KEYS", str(out / "order" / "trusted.json"))
    return surroundings()


def test_a_service_finds_all_it_needs_in_its_folder(mounted: dict[str, str]) -> None:
    found = load(ServiceEnvironment, mounted, service="order")
    identity = Identity.load("order", Path(found.signing_key), Path(found.trusted_keys))
    assert identity.verify(identity.own_token()).subject == "services/order"


def test_a_database_is_known_to_wait_until_its_owner_has_migrated_it(mounted: dict[str, str]) -> None:
    url = load(ServiceEnvironment, mounted, service="order").database_url
    assert "0001_chassis.sql" in missing(url, "order")
    migrate(load(OwnerEnvironment, mounted, service="order").owner_url, "order")
    assert missing(url, "order") == []


def test_nobody_is_handed_what_is_anothers(out: Path) -> None:
    for service in PRODUCERS:
        strangers = [f"ELDERCARE_{other.upper()}_" for other in PRODUCERS if other != service]
        named = [path.name for path in (out / service).iterdir() if path.name.endswith("_URL")]
        assert named
        assert not [name for name in named for stranger in strangers if name.startswith(stranger)]
        assert not (out / service / f"ELDERCARE_{service.upper()}_OWNER_URL").exists()


def test_handing_out_again_changes_no_password_and_no_key(out: Path, servers: Servers) -> None:
    before = {path: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    hand_out(servers, out, Names(), vhost="handed-out")
    assert {path: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before


def test_processes_may_reach_the_servers_by_other_names(out: Path, servers: Servers, tmp_path: Path) -> None:
    hand_out(servers, tmp_path, Names(postgres="postgres-rw:5432"), vhost="handed-out")
    said = (tmp_path / "order" / "ELDERCARE_ORDER_DATABASE_URL").read_text()
    assert urlsplit(said).hostname == "postgres-rw"
    with psycopg.connect((out / "order" / "ELDERCARE_ORDER_DATABASE_URL").read_text()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_containers_share_the_secrets_that_a_box_shares() -> None:
    assert SHARED.keys() == SECRETS.keys()
