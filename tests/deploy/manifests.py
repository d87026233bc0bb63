"""Overlays as the cluster would get them: built by kustomize, read as plain objects."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
K8S = ROOT / "deploy" / "k8s"
Object = dict[str, Any]
WORKLOADS = {"Deployment", "Job"}


@dataclass(frozen=True, slots=True)
class Pod:
    """The pod of a workload, with the workload's own name."""

    name: str
    kind: str
    labels: dict[str, str]
    spec: Object

    @property
    def containers(self) -> list[Object]:
        return [*self.spec.get("initContainers", []), *self.spec["containers"]]

    @property
    def lasting(self) -> list[Object]:
        """Containers that stay: those that have probes."""
        return list(self.spec["containers"]) if self.kind == "Deployment" else []


@cache
def built(folder: str) -> str:
    """The YAML of a folder under deploy/k8s; raises with kustomize's own words."""
    tool = Path(sys.executable).parent / "kubectl"
    done = subprocess.run([tool, "kustomize", K8S / folder], capture_output=True, text=True, check=False)
    if done.returncode:
        raise ValueError(done.stderr)
    return done.stdout


@cache
def objects(folder: str) -> tuple[Object, ...]:
    """Shared by all who ask: copy before changing anything."""
    return tuple(each for each in yaml.load_all(built(folder), yaml.CSafeLoader) if each)


def pods(found: Sequence[Object]) -> Iterator[Pod]:
    for each in found:
        if each["kind"] in WORKLOADS:
            template = each["spec"]["template"]
            name = each["metadata"]["name"]
            yield Pod(name, each["kind"], template["metadata"].get("labels", {}), template["spec"])


def of_kind(found: Sequence[Object], kind: str) -> list[Object]:
    return [each for each in found if each["kind"] == kind]
