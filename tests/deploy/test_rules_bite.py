"""Each rule finds what was planted for it."""

from __future__ import annotations

from copy import deepcopy

import pytest

from tests.deploy import rules
from tests.deploy.arrows import allowed
from tests.deploy.manifests import Object, objects, of_kind


@pytest.fixture
def found() -> list[Object]:
    return deepcopy(list(objects("overlays/prod")))


@pytest.fixture
def deployment(found: list[Object]) -> Object:
    (found_one,) = (each for each in found if each["kind"] == "Deployment" and each["metadata"]["name"] == "order-core")
    return found_one


@pytest.fixture
def pod(deployment: Object) -> Object:
    return dict(deployment["spec"]["template"])["spec"]  # type: ignore[no-any-return]


def test_root_is_noticed(found: list[Object], pod: Object) -> None:
    pod["securityContext"]["runAsUser"] = 0
    pod["containers"][0]["securityContext"]["readOnlyRootFilesystem"] = False
    assert list(rules.pods_are_restricted(found)) == [
        "order-core: may run as root",
        "order-core/process: may write to its image",
    ]


def test_memory_without_a_limit_is_noticed(found: list[Object], pod: Object) -> None:
    del pod["containers"][0]["resources"]["limits"]["memory"]
    assert list(rules.resources_are_bounded(found)) == ["order-core/process: no limits memory"]


def test_a_missing_probe_is_noticed(found: list[Object], pod: Object) -> None:
    del pod["containers"][0]["livenessProbe"]
    assert list(rules.lasting_containers_are_probed(found)) == ["order-core: no livenessProbe"]


def test_an_image_without_a_release_is_noticed(found: list[Object], pod: Object) -> None:
    pod["containers"][0]["image"] = "registry.example:5000/eldercare/order"
    assert len(list(rules.images_are_releases(found))) == 1


def test_a_stop_that_is_cut_short_is_noticed(found: list[Object], pod: Object) -> None:
    pod["terminationGracePeriodSeconds"] = 10
    assert list(rules.stops_are_waited_for(found)) == ["order-core: is killed before it has stopped"]


def test_a_lost_disruption_budget_is_noticed(found: list[Object]) -> None:
    kept = [each for each in found if (each["kind"], each["metadata"]["name"]) != ("PodDisruptionBudget", "order-core")]
    assert list(rules.replicas_are_kept_apart_and_alive(kept)) == ["order-core: no disruption budget"]


def test_a_password_in_the_settings_is_noticed(found: list[Object]) -> None:
    of_kind(found, "ConfigMap")[0]["data"]["ELDERCARE_MADE_UP"] = "amqp://made:up@broker"
    assert len(list(rules.no_secret_is_written_down(found))) == 1


def test_anothers_secrets_are_noticed(found: list[Object], pod: Object) -> None:
    (volume,) = (each for each in pod["volumes"] if "secret" in each)
    volume["secret"]["secretName"] = "payment-secrets"
    assert list(rules.a_service_mounts_its_own_secrets_only(found)) == ["order-core: mounts payment-secrets"]


def test_exports_that_copies_cannot_share_are_noticed(found: list[Object]) -> None:
    of_kind(found, "PersistentVolumeClaim")[0]["spec"]["accessModes"] = ["ReadWriteOnce"]
    assert list(rules.exports_are_kept_for_all_copies(found)) == ["device-core: its copies cannot share the exports"]


def test_exports_in_the_pods_own_memory_are_noticed(found: list[Object]) -> None:
    kept = [each for each in found if each["kind"] != "PersistentVolumeClaim"]
    assert list(rules.exports_are_kept_for_all_copies(kept)) == ["device-core: exports are lost with the pod"]


def test_an_arrow_only_one_end_allows_is_none(found: list[Object]) -> None:
    policy = next(each for each in found if each["metadata"]["name"] == "calls-of-order")
    policy["spec"]["egress"][0]["to"] = []
    assert not {arrow for arrow in allowed(found) if arrow[0] == "order.core"}
