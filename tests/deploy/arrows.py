"""Who may call whom: as the network allows it, and as the architecture page draws it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from tests.deploy.manifests import ROOT, Object, Pod, of_kind, pods

RPC = 7000
Arrow = tuple[str, str]
SERVICES = ("people", "device", "order", "notify", "payment")


def allowed(found: Sequence[Object], port: int = RPC) -> set[Arrow]:
    """Caller and callee whose connection both ends allow; `device.core`, or the service alone for the gateway."""
    every = list(pods(found))
    policies = of_kind(found, "NetworkPolicy")
    out = {pair for policy in policies for pair in _pairs(policy, every, "egress", "to", port)}
    into = {(peer, owner) for policy in policies for owner, peer in _pairs(policy, every, "ingress", "from", port)}
    return out & into


def drawn() -> set[Arrow]:
    """The rows of the table of calls, those of the suite's own processes."""
    page = (ROOT / "docs" / "architecture.md").read_text()
    table = page.partition("| caller | may call | why |\n")[2].partition("\n\n")[0]
    arrows = set[Arrow]()
    for row in table.splitlines()[1:]:
        caller, callees, _ = (cell.strip() for cell in row.strip("| ").split(" | ", 2))
        if re.fullmatch(r"gateway|[a-z]+\.core", caller):
            arrows |= {(caller, service) for service in SERVICES if re.search(rf"\b{service}\b", callees)}
    return arrows


def _pairs(policy: Object, every: list[Pod], way: str, peers: str, port: int) -> Iterator[Arrow]:
    owners = [pod for pod in every if _selects(policy["spec"]["podSelector"], pod)]
    for rule in policy["spec"].get(way, []):
        if port not in {each.get("port") for each in rule.get("ports", [])}:
            continue
        for peer in rule.get(peers, []):
            selector = peer.get("podSelector")
            there = [pod for pod in every if selector is not None and _selects(selector, pod)]
            yield from ((_end(owner, way), _end(pod, peers)) for owner in owners for pod in there)


def _end(pod: Pod, role: str) -> str:
    """A caller is a process, a callee a service."""
    service, process = (pod.labels[f"app.kubernetes.io/{what}"] for what in ("name", "component"))
    if role in {"ingress", "to"}:
        return service
    return service if service == "gateway" else f"{service}.{process}"


def _selects(selector: Object, pod: Pod) -> bool:
    if not selector.get("matchLabels", {}).items() <= pod.labels.items():
        return False
    return all(pod.labels.get(each["key"]) in each["values"] for each in selector.get("matchExpressions", []))
