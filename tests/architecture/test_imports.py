from __future__ import annotations

import pytest

from tests.architecture.imports import (
    domain_is_plain,
    libraries_know_no_service,
    nameko_has_one_door,
    services_are_strangers,
)
from tests.architecture.source import Rule, breaches, planted, python_sources

RULES = [domain_is_plain, services_are_strangers, libraries_know_no_service, nameko_has_one_door]
ORDER = "services/order/src/order_service"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_everybody_imports_only_what_the_design_allows(rule: Rule) -> None:
    assert breaches(rule, python_sources("libs", "services", "tests", "tools")) == []


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [
        (domain_is_plain, f"{ORDER}/incident/domain.py", "import psycopg"),
        (domain_is_plain, f"{ORDER}/incident/domain.py", "from chassis import clock"),
        (domain_is_plain, f"{ORDER}/incident/domain/rules.py", "from order_service.incident import store"),
        (domain_is_plain, f"{ORDER}/incident/domain.py", "def f():\n    import redis"),
        (services_are_strangers, f"{ORDER}/handlers.py", "from device_service.alarm import domain"),
        (services_are_strangers, f"{ORDER}/handlers.py", "import suite.cli"),
        (libraries_know_no_service, "libs/chassis/src/chassis/relay.py", "import order_service"),
        (libraries_know_no_service, "libs/chassis/src/chassis/relay.py", "from eldercare.order.v1 import order_pb2"),
        (nameko_has_one_door, "libs/chassis/src/chassis/relay.py", "from nameko.events import event_handler"),
        (nameko_has_one_door, f"{ORDER}/entrypoints/events.py", "import nameko"),
    ],
)
def test_a_planted_import_is_caught(rule: Rule, path: str, text: str) -> None:
    assert breaches(rule, planted(path, text))


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [
        (domain_is_plain, f"{ORDER}/incident/domain.py", "import enum\nfrom order_service.visit.domain import Visit"),
        (domain_is_plain, f"{ORDER}/incident/store.py", "import psycopg"),
        (nameko_has_one_door, "libs/chassis/src/chassis/events.py", "import nameko"),
    ],
)
def test_an_allowed_import_is_left_alone(rule: Rule, path: str, text: str) -> None:
    assert breaches(rule, planted(path, text)) == []
