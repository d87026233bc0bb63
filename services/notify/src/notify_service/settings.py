"""Every environment variable this service reads, beside those of the chassis."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address

from chassis.settings import BadSettings, env


@dataclass(frozen=True, slots=True, kw_only=True)
class NotifySettings:
    sms: str = env("ELDERCARE_NOTIFY_SMS", "Who sends SMS: recorder, or an installed provider", default="recorder")
    voice: str = env("ELDERCARE_NOTIFY_VOICE", "Who calls: recorder, or an installed provider", default="recorder")
    push: str = env("ELDERCARE_NOTIFY_PUSH", "Who pushes: recorder, or an installed provider", default="recorder")
    email: str = env("ELDERCARE_NOTIFY_EMAIL", "Who mails: recorder, smtp, or an installed one", default="recorder")
    smtp_host: str = env("ELDERCARE_NOTIFY_SMTP_HOST", "Mail server", default="localhost")
    smtp_port: int = env("ELDERCARE_NOTIFY_SMTP_PORT", "Its port", default=25)
    smtp_sender: str = env("ELDERCARE_NOTIFY_SMTP_SENDER", "From address", default="care@eldercare.example")
    smtp_user: str = env("ELDERCARE_NOTIFY_SMTP_USER", "Login at the mail server", default="")
    smtp_password: str = env("ELDERCARE_NOTIFY_SMTP_PASSWORD", "Its password", default="")
    smtp_starttls: bool = env("ELDERCARE_NOTIFY_SMTP_STARTTLS", "Encrypt the line to it", default=False)
    webhook_secrets: str = env(
        "ELDERCARE_NOTIFY_WEBHOOK_SECRETS",
        "Secrets that sign webhooks, with a comma",
        default="",
    )
    webhook_private: bool = env(
        "ELDERCARE_NOTIFY_WEBHOOK_PRIVATE", "Allow webhooks to private addresses and plain http", default=False
    )

    def __post_init__(self) -> None:
        if not 0 < self.smtp_port < 65536:
            raise BadSettings("ELDERCARE_NOTIFY_SMTP_PORT: must be 1 to 65535")
        if self.smtp_user and not self.smtp_starttls and not _is_this_machine(self.smtp_host):
            raise BadSettings(
                "ELDERCARE_NOTIFY_SMTP_USER: the password would cross the network readable; "
                "set ELDERCARE_NOTIFY_SMTP_STARTTLS=true, or leave the login out"
            )


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
