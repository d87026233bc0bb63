"""docs/examples/provider_client.py, run as a provider would: against people, order and payment, with an API key."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from order_service.auditor import audit
from people_service.api_key.domain import drawn_secret
from people_service.api_key.use_cases import issue
from people_service.provider.domain import Provider
from people_service.provider.use_cases import put_provider
from people_service.reach import EVERYWHERE
from services.order.tests.cast import BO, DENG, DISTRICT, ELDER, PROVIDER
from services.order.tests.duty_room import DutyRoom
from services.order.tests.provider_room import furnish, ordered
from services.people.tests.cast import TREE, put_tree
from suite.testing import DatabaseFactory, RpcFactory
from tests.access.cast import SCOPES
from tests.access.test_matrix import ENVIRONS
from tests.examples.test_refusals_of_providers import LANGUAGES
from tools.paths import ROOT

CLIENT = ROOT / "docs" / "examples" / "provider_client.py"


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """The provider's machine: its key in a file, and where the three services are."""

    room: DutyRoom
    arguments: list[str]
    folder: Path

    def run(self, *verb: str) -> str:
        done = self._called(verb)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def refused(self, *verb: str) -> str:
        done = self._called(verb)
        assert done.returncode == 1
        return done.stderr

    def _called(self, verb: tuple[str, ...]) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, str(CLIENT), *self.arguments, *verb]
        return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    def watch(self, most: int) -> list[str]:
        state = str(self.folder / "place")
        return self.run("watch", "--worker", BO.name, "--state", state, "--most", str(most)).splitlines()


@pytest.fixture
def system(database: DatabaseFactory, rpc: RpcFactory, tmp_path: Path) -> System:
    people, room = database("people"), DutyRoom(database("order"))
    room.provider("cleaning")
    room.person(ELDER, ("ELDER", ""))
    name = f"{PROVIDER}/apiKeys/{PROVIDER[10:]}"
    secret = drawn_secret(name)
    with people.work() as work:
        put_tree(work, *TREE)
        told = Provider.founded(name=PROVIDER, region=DISTRICT, display_name="Made-Up Care", service_classes=())
        put_provider(work, told, EVERYWHERE)
        issue(work, name, secret, provider=PROVIDER, scopes=SCOPES, life=timedelta(days=1))
    (tmp_path / "key").write_text(secret)
    at = {
        "people": rpc("people", db=people).address,
        "order": rpc("order", db=furnish(room).db, environ=ENVIRONS["order"]).address,
        "payment": rpc("payment", environ=ENVIRONS["payment"]).address,
    }
    arguments = [part for service, address in at.items() for part in (f"--{service}", address)]
    return System(room=room, arguments=[*arguments, "--key-file", str(tmp_path / "key")], folder=tmp_path)


def test_the_client_takes_offers_for_its_worker_and_goes_on_where_it_was(system: System) -> None:
    first = ordered(system.room)
    assert system.watch(1) == [f"OFFER_NEWS_OFFERED {first}", f"TAKEN {first}"]
    assert system.room.order(first)["worker"] == BO.name
    refused = system.refused("--language", "zh-CN", "replace", first, "--worker", ELDER)
    assert refused == f"{first}: {LANGUAGES['zh-CN']['WORKER_NOT_QUALIFIED']}\n"
    assert system.run("replace", first, "--worker", DENG.name) == f"REPLACED {first}\n"
    assert system.room.order(first)["worker"] == DENG.name
    second = ordered(system.room)
    assert system.watch(1)[0] == f"OFFER_NEWS_OFFERED {second}"
    assert all(name in system.run("orders") for name in (first, second))
    assert system.run("statements") == ""


def test_a_client_that_was_away_for_longer_than_news_is_kept_lists_its_orders_and_goes_on(system: System) -> None:
    first = ordered(system.room)
    system.watch(1)
    ordered(system.room)
    system.room.db.push_clock(days=31)
    with system.room.work() as work:
        audit(work)
    last = ordered(system.room)
    told = system.watch(1)
    assert any(line.startswith("LISTED") and first in line for line in told)
    assert f"OFFER_NEWS_OFFERED {last}" in told
