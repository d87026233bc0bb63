"""Which channel carries what, by settings. A provider's package adds one under `eldercare.channels`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.metadata import entry_points

from chassis.seal import Seals
from chassis.settings import BadSettings
from notify_service.channel.feed import LiveView
from notify_service.channel.port import Channel
from notify_service.channel.recorder import Recorder
from notify_service.channel.smtp import Mail, MailServer
from notify_service.channel.webhook import Webhook, WebhookRules
from notify_service.contact.domain import Channel as Kind
from notify_service.message.transaction import Transaction
from notify_service.settings import NotifySettings


def choose(settings: NotifySettings, transaction: Transaction, seals: Seals) -> Mapping[str, Channel]:
    """Raises BadSettings for a channel nobody provides."""
    recorder = Recorder(transaction, seals)
    known: dict[str, Callable[[], Channel]] = {
        "recorder": lambda: recorder,
        "smtp": lambda: Mail(_mail_server(settings)),
        "webhook": lambda: Webhook(_rules(settings)),
        "feed": LiveView,
    }
    wanted = {
        Kind.VOICE: settings.voice,
        Kind.SMS: settings.sms,
        Kind.PUSH: settings.push,
        Kind.EMAIL: settings.email,
        Kind.WEBHOOK: "webhook",
        Kind.FEED: "feed",
    }
    return {kind.value: known[name]() if name in known else _provided(name, kind) for kind, name in wanted.items()}


def _provided(name: str, kind: Kind) -> Channel:
    for point in entry_points(group="eldercare.channels", name=name):
        channel: Channel = point.load()(kind.value)
        return channel
    raise BadSettings(f"ELDERCARE_NOTIFY_{kind.name}: no channel {name!r} is installed; recorder is built in")


def _mail_server(settings: NotifySettings) -> MailServer:
    return MailServer(
        host=settings.smtp_host,
        port=settings.smtp_port,
        sender=settings.smtp_sender,
        user=settings.smtp_user,
        password=settings.smtp_password,
        starttls=settings.smtp_starttls,
    )


def _rules(settings: NotifySettings) -> WebhookRules:
    secrets = tuple(secret.strip() for secret in settings.webhook_secrets.split(",") if secret.strip())
    return WebhookRules(secrets=secrets, private_allowed=settings.webhook_private)
