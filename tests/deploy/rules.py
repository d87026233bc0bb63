"""What every manifest must respect; a rule yields a sentence a breach.

Sources: Kubernetes Pod Security Standards (restricted), docs/architecture.md, deploy/README.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from tests.deploy.manifests import Object, Pod, of_kind, pods

Rule = Callable[[Sequence[Object]], Iterator[str]]
# The longest a process takes to stop: 5 s until nobody is sent to it, 8 s for what runs, 5 s for its threads.
LONGEST_STOP_S = 18
SECRET_WORDS = re.compile(r"password|secret_?key|token|://[^/\s]+:[^/\s]+@", re.IGNORECASE)


def pods_are_restricted(found: Sequence[Object]) -> Iterator[str]:
    for pod in pods(found):
        context = pod.spec.get("securityContext", {})
        if not (context.get("runAsNonRoot") and context.get("runAsUser", 0) > 0):
            yield f"{pod.name}: may run as root"
        if context.get("seccompProfile", {}).get("type") != "RuntimeDefault":
            yield f"{pod.name}: no seccomp profile"
        if pod.spec.get("automountServiceAccountToken") is not False:
            yield f"{pod.name}: is handed a token of the cluster"
        for container in pod.containers:
            yield from _container_is_restricted(pod, container)


def _container_is_restricted(pod: Pod, container: Object) -> Iterator[str]:
    context, name = container.get("securityContext", {}), f"{pod.name}/{container['name']}"
    if context.get("allowPrivilegeEscalation") is not False:
        yield f"{name}: may gain privileges"
    if not context.get("readOnlyRootFilesystem"):
        yield f"{name}: may write to its image"
    if context.get("capabilities", {}).get("drop") != ["ALL"]:
        yield f"{name}: keeps capabilities"


def resources_are_bounded(found: Sequence[Object]) -> Iterator[str]:
    for pod in pods(found):
        for container in pod.containers:
            told = container.get("resources", {})
            missing = [
                f"{kind} {what}"
                for kind in ("requests", "limits")
                for what in ("cpu", "memory")
                if what not in told.get(kind, {})
            ]
            if missing:
                yield f"{pod.name}/{container['name']}: no {', '.join(missing)}"
            elif told["requests"]["memory"] != told["limits"]["memory"]:
                yield f"{pod.name}/{container['name']}: memory it is not sure to have"


def lasting_containers_are_probed(found: Sequence[Object]) -> Iterator[str]:
    for pod in pods(found):
        for container in pod.lasting:
            missing = [probe for probe in ("startupProbe", "livenessProbe", "readinessProbe") if probe not in container]
            if missing:
                yield f"{pod.name}: no {', '.join(missing)}"


def images_are_releases(found: Sequence[Object]) -> Iterator[str]:
    for pod in pods(found):
        for container in pod.containers:
            _, _, tag = container["image"].rpartition("/")[2].partition(":")
            if not tag or tag == "latest":
                yield f"{pod.name}: the image {container['image']} may be another one tomorrow"


def stops_are_waited_for(found: Sequence[Object]) -> Iterator[str]:
    for pod in pods(found):
        ours = pod.labels.get("app.kubernetes.io/part-of") == "eldercare" and pod.kind == "Deployment"
        if ours and pod.spec.get("terminationGracePeriodSeconds", 0) <= LONGEST_STOP_S:
            yield f"{pod.name}: is killed before it has stopped"


def replicas_are_kept_apart_and_alive(found: Sequence[Object]) -> Iterator[str]:
    budgets = [each["spec"]["selector"]["matchLabels"] for each in of_kind(found, "PodDisruptionBudget")]
    for pod in pods(found):
        if pod.kind != "Deployment" or pod.labels.get("app.kubernetes.io/part-of") != "eldercare":
            continue
        if not any(selector.items() <= pod.labels.items() for selector in budgets):
            yield f"{pod.name}: no disruption budget"
        spread = {
            each["topologyKey"]
            for each in pod.spec.get("topologySpreadConstraints", [])
            if each["labelSelector"]["matchLabels"].items() <= pod.labels.items()
        }
        if spread != {"kubernetes.io/hostname", "topology.kubernetes.io/zone"}:
            yield f"{pod.name}: its replicas may sit on one node"


def no_secret_is_written_down(found: Sequence[Object]) -> Iterator[str]:
    for each in found:
        if each["kind"] == "Secret":
            yield f"{each['metadata']['name']}: a Secret in the tree"
        if each["kind"] == "ConfigMap":
            for name, value in each.get("data", {}).items():
                if SECRET_WORDS.search(value):
                    yield f"{each['metadata']['name']}: {name} looks like a secret"
    for pod in pods(found):
        for container in pod.containers:
            for variable in container.get("env", []):
                if SECRET_WORDS.search(str(variable.get("value", ""))):
                    yield f"{pod.name}: {variable['name']} looks like a secret"


def a_service_mounts_its_own_secrets_only(found: Sequence[Object]) -> Iterator[str]:
    for pod in pods(found):
        own = pod.labels.get("app.kubernetes.io/name", "")
        for volume in pod.spec.get("volumes", []):
            mounted = volume.get("secret", {}).get("secretName")
            if mounted and mounted != f"{own}-{'owner' if pod.kind == 'Job' else 'secrets'}":
                yield f"{pod.name}: mounts {mounted}"


def exports_are_kept_for_all_copies(found: Sequence[Object]) -> Iterator[str]:
    """device.core goes on with an export where another copy ended: in the same folder, on the same volume."""
    settings = {each["metadata"]["name"]: each["data"] for each in of_kind(found, "ConfigMap")}
    claims = {each["metadata"]["name"]: each["spec"] for each in of_kind(found, "PersistentVolumeClaim")}
    for pod in pods(found):
        container = pod.spec["containers"][0]
        told = [settings[each["configMapRef"]["name"]] for each in container.get("envFrom", [])]
        folder = "".join(each.get("ELDERCARE_DEVICE_EXPORTS_DIR", "") for each in told)
        if not folder or "chassis.serve_core" not in container["args"]:
            continue
        mounted = {each["name"] for each in container["volumeMounts"] if each["mountPath"] == folder}
        volume: Object = next((each for each in pod.spec["volumes"] if each["name"] in mounted), {})
        claim = claims.get(volume.get("persistentVolumeClaim", {}).get("claimName", ""))
        if claim is None:
            yield f"{pod.name}: exports are lost with the pod"
        elif _most_copies(found, pod) > 1 and "ReadWriteMany" not in claim["accessModes"]:
            yield f"{pod.name}: its copies cannot share the exports"


def _most_copies(found: Sequence[Object], pod: Pod) -> int:
    scalers = [each["spec"] for each in of_kind(found, "HorizontalPodAutoscaler")]
    return max((each["maxReplicas"] for each in scalers if each["scaleTargetRef"]["name"] == pod.name), default=1)


RULES: tuple[Rule, ...] = (
    pods_are_restricted,
    resources_are_bounded,
    lasting_containers_are_probed,
    images_are_releases,
    stops_are_waited_for,
    replicas_are_kept_apart_and_alive,
    no_secret_is_written_down,
    a_service_mounts_its_own_secrets_only,
    exports_are_kept_for_all_copies,
)
