from __future__ import annotations

import pytest

from tests.architecture.dependencies import every_dependency_says_why, other_services_in, requirements_of
from tests.architecture.source import ROOT, Source, breaches, planted, sources
from tests.architecture.wall import services


def test_every_dependency_says_why_it_is_here() -> None:
    root = Source(path="pyproject.toml", text=(ROOT / "pyproject.toml").read_text("utf-8"))
    assert list(every_dependency_says_why(root)) == []
    assert breaches(every_dependency_says_why, sources("pyproject.toml", "libs", "services")) == []


def test_a_planted_dependency_without_a_reason_is_caught() -> None:
    text = '[project]\ndependencies = [\n    "eldercare-chassis",\n    "requests>=2",\n]\n'
    assert breaches(every_dependency_says_why, planted("services/x/pyproject.toml", text))
    assert breaches(every_dependency_says_why, planted("pyproject.toml", text.replace(">=2", ""))) != []
    explained = text.replace('"requests>=2",', '"requests>=2",  # a reason')
    assert breaches(every_dependency_says_why, planted("services/x/pyproject.toml", explained)) == []


@pytest.mark.parametrize("service", services())
def test_a_service_can_be_deployed_alone(service: str) -> None:
    assert other_services_in(requirements_of(service), service, services()) == []


def test_a_planted_requirement_of_another_service_is_caught() -> None:
    exported = "-e ./libs/chassis\n-e ./services/device\nkombu==5.7.0\n    # via eldercare-order\n"
    assert other_services_in(exported, "order", ["device", "order", "payment"]) == ["device"]
