"""Every overlay is built and held against Kubernetes' own schemas, our rules and the arrows of the architecture."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.deploy.arrows import allowed, drawn
from tests.deploy.manifests import built, objects, of_kind
from tests.deploy.rules import RULES, Rule

OVERLAYS = ("overlays/local", "overlays/prod", "overlays/local/migrations", "overlays/prod/migrations")
COMPONENTS = ("rabbitmq-cluster", "cloudnative-pg", "redis", "processor-sandbox", "exports")
OLDEST, NEWEST = "1.30", "1.37"


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
def test_overlays_fit_the_clusters_schemas(version: str, tmp_path: Path) -> None:
    told = _validated(_written(tmp_path, *map(built, OVERLAYS)), version)
    assert told.returncode == 0, told.stdout + told.stderr


def test_a_misspelt_field_is_noticed(tmp_path: Path) -> None:
    wrong = built("overlays/prod/migrations").replace("backoffLimit:", "backofLimit:")
    assert _validated(_written(tmp_path, wrong), NEWEST).returncode != 0


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_an_overlay_keeps_the_rules(overlay: str, rule: Rule) -> None:
    assert list(rule(objects(overlay))) == []


@pytest.mark.parametrize("overlay", OVERLAYS[:2])
def test_the_network_allows_the_arrows_of_the_architecture_and_no_other(overlay: str) -> None:
    assert allowed(objects(overlay)) == drawn()


def test_whatever_no_policy_names_is_refused() -> None:
    everybody = [
        policy["spec"]
        for policy in of_kind(objects("overlays/prod"), "NetworkPolicy")
        if policy["spec"]["podSelector"] == {} and not {"ingress", "egress"} & policy["spec"].keys()
    ]
    assert [policy["policyTypes"] for policy in everybody] == [["Ingress", "Egress"]]


@pytest.mark.parametrize("component", COMPONENTS)
def test_every_component_is_part_of_an_overlay(component: str) -> None:
    words = [
        (Path(__file__).parents[2] / "deploy/k8s" / each / "kustomization.yaml").read_text() for each in OVERLAYS[:2]
    ]
    assert any(f"components/{component}" in each for each in words)


def _written(folder: Path, *texts: str) -> Path:
    path = folder / "all.yaml"
    path.write_text("\n---\n".join(texts))
    return path


def _validated(path: Path, version: str) -> subprocess.CompletedProcess[str]:
    tool = Path(sys.executable).parent / "kubernetes-validate"
    return subprocess.run(
        [tool, "--strict", "--no-warn", "-k", version, path], capture_output=True, text=True, check=False
    )
