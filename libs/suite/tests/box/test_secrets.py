"""A box hands each shared secret to those who sign or check with it, under the name they read it by."""

from __future__ import annotations

from dataclasses import fields

import pytest

from chassis.environment import ServiceEnvironment
from gateway_service.settings import GatewaySettings
from notify_service.settings import NotifySettings
from payment_service.settings import PaymentSettings
from suite.box.processes import SECRETS, environ_of

PROCESSOR = "ELDERCARE_PAYMENT_PROCESSOR_SECRET"
PAGER = "ELDERCARE_PAGER_SECRET"
WEBHOOKS = "ELDERCARE_NOTIFY_WEBHOOK_SECRETS"
READ = {
    item.metadata["env"]
    for settings in (ServiceEnvironment, GatewaySettings, NotifySettings, PaymentSettings)
    for item in fields(settings)
}


def test_every_secret_a_box_makes_is_read_by_a_service() -> None:
    assert set(SECRETS) == {PROCESSOR, PAGER, WEBHOOKS} <= READ


@pytest.mark.parametrize(
    ("process", "handed"),
    [
        ("core", {PROCESSOR, PAGER, WEBHOOKS}),
        ("processor", {PROCESSOR}),
        ("gateway", {PAGER}),
        ("events", set()),
        ("ingress", set()),
    ],
)
def test_a_process_is_handed_only_secrets_it_needs(process: str, handed: set[str]) -> None:
    shared = {"ELDERCARE_REDIS_URL": "redis://127.0.0.1:1"}
    assert environ_of(process, dict.fromkeys(SECRETS, "made-up") | shared).keys() == handed | shared.keys()
