"""Settings that would give a secret away are refused before the service starts."""

from __future__ import annotations

import pytest

from chassis.settings import BadSettings, load
from notify_service.settings import NotifySettings

LOGIN = {"ELDERCARE_NOTIFY_SMTP_USER": "care", "ELDERCARE_NOTIFY_SMTP_PASSWORD": "made-up"}


@pytest.mark.parametrize("host", ["mail.plum.example", "192.0.2.25"])
def test_a_login_never_crosses_the_network_readable(host: str) -> None:
    told = LOGIN | {"ELDERCARE_NOTIFY_SMTP_HOST": host}
    with pytest.raises(BadSettings, match=r"SMTP_USER: .*SMTP_STARTTLS=true"):
        load(NotifySettings, told)
    assert load(NotifySettings, told | {"ELDERCARE_NOTIFY_SMTP_STARTTLS": "true"}).smtp_user == "care"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_a_mail_server_on_this_machine_takes_a_login_as_it_is(host: str) -> None:
    assert load(NotifySettings, LOGIN | {"ELDERCARE_NOTIFY_SMTP_HOST": host}).smtp_user == "care"
