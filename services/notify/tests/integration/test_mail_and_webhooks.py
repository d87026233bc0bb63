"""Mail against a real mail server, webhooks against a real web server, with their bad days."""

from __future__ import annotations

import hmac
import json
import threading
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from email.policy import default
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from chassis.effects import Outcome
from notify_service.channel.port import Letter
from notify_service.channel.smtp import Mail, MailServer
from notify_service.channel.webhook import Webhook, WebhookRules
from suite.servers.ports import free_port, release

SECRET = "made-up-secret"


def letter(address: str) -> Letter:
    return Letter(
        key="messages/00000000-0000-7000-8000-0000000000d1",
        channel="email",
        recipient="persons/1",
        address=address,
        subject="文奶奶需要帮助",
        text="文奶奶需要帮助：按下求助键。",
        language="zh-CN",
        template="alarm_raised",
        incident="incidents/1",
        order="",
        params={"number": "I-0427"},
    )


class MailBox:
    """Takes mail, or answers as it is told."""

    def __init__(self) -> None:
        self.mails: list[Message] = []
        self.answer = "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.answer.startswith("250"):
            self.mails.append(message_from_bytes(envelope.original_content or b"", policy=default))
        return self.answer

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        if address.startswith("nobody"):
            return "550 no such box"
        envelope.rcpt_tos.append(address)
        return "250 OK"


@pytest.fixture
def box() -> Iterator[tuple[MailBox, Mail]]:
    handler, port = MailBox(), free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    yield handler, Mail(MailServer(host="127.0.0.1", port=port, sender="care@plum.example"))
    controller.stop()
    release(port)


def test_a_mail_arrives_with_the_messages_own_id(box: tuple[MailBox, Mail]) -> None:
    handler, mail = box
    outcome = mail.send(letter("lan@example.org"), 1)
    (received,) = handler.mails
    assert outcome.state == "done"
    assert received["Message-ID"] == "<00000000-0000-7000-8000-0000000000d1@plum.example>" == outcome.reference
    assert received["Subject"] == "文奶奶需要帮助"
    assert "按下求助键" in received.get_content()  # type: ignore[attr-defined]


def test_a_box_that_does_not_exist_is_refused_for_good(box: tuple[MailBox, Mail]) -> None:
    assert box[1].send(letter("nobody@example.org"), 1) == Outcome.refused("smtp_550")


@pytest.mark.parametrize(("answer", "state"), [("451 try later", "later"), ("554 never", "refused")])
def test_the_mail_servers_word_is_taken(box: tuple[MailBox, Mail], answer: str, state: str) -> None:
    box[0].answer = answer
    assert box[1].send(letter("lan@example.org"), 1).state == state


def test_a_mail_server_that_is_away_is_asked_later() -> None:
    mail = Mail(MailServer(host="127.0.0.1", port=1, sender="care@plum.example"))
    assert mail.send(letter("lan@example.org"), 1).state == "later"


class Receiver(ThreadingHTTPServer):
    """Somebody's system: checks the signature as our documentation says, keeps what it took."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Door)
        self.taken: dict[str, Any] = {}
        self.statuses: list[int] = []
        self.waiting = threading.Event()

    @property
    def url(self) -> str:
        return f"http://localhost:{self.server_address[1]}/care?house=plum"


class Door(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status = self.server.statuses.pop(0) if self.server.statuses else self.judge(body)
        if status == 0:
            self.server.waiting.wait(5)
            status = 500
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "http://127.0.0.1:1/elsewhere")
        self.end_headers()

    def judge(self, body: bytes) -> int:
        key, stamp = self.headers["Idempotency-Key"], self.headers["Eldercare-Timestamp"]
        expected = hmac.new(SECRET.encode(), stamp.encode() + b"." + body, sha256).hexdigest()
        if expected not in self.headers["Eldercare-Signature"].split(","):
            return 401
        if key in self.server.taken:
            return 409
        self.server.taken[key] = json.loads(body) | {"path": self.path, "host": self.headers["Host"]}
        return 202

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """A test's door is quiet."""


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server
    server.waiting.set()
    server.shutdown()
    server.server_close()


def hook(*secrets: str, timeout_s: float = 5, private: bool = True) -> Webhook:
    return Webhook(WebhookRules(secrets=secrets or (SECRET,), private_allowed=private, timeout_s=timeout_s))


def test_a_webhook_is_signed_and_taken(receiver: Receiver) -> None:
    assert hook().send(letter(receiver.url), 1).state == "done"
    ((key, taken),) = receiver.taken.items()
    assert key == taken["message"] == letter("").key
    assert (taken["template"], taken["params"], taken["path"]) == (
        "alarm_raised",
        {"number": "I-0427"},
        "/care?house=plum",
    )
    assert taken["host"].startswith("localhost:")


def test_while_a_secret_is_replaced_both_sign(receiver: Receiver) -> None:
    assert hook("new-secret", SECRET).send(letter(receiver.url), 1).state == "done"


def test_a_wrong_signature_is_refused_by_the_receiver(receiver: Receiver) -> None:
    assert hook("another").send(letter(receiver.url), 1) == Outcome.refused("http_401")


def test_a_receiver_that_has_it_already_is_content(receiver: Receiver) -> None:
    channel = hook()
    channel.send(letter(receiver.url), 1)
    assert channel.send(letter(receiver.url), 2).state == "done"
    assert len(receiver.taken) == 1


@pytest.mark.parametrize(
    ("status", "state"),
    [(500, "later"), (503, "later"), (429, "later"), (404, "refused"), (409, "refused"), (302, "later")],
)
def test_the_receivers_answer_is_taken(receiver: Receiver, status: int, state: str) -> None:
    receiver.statuses = [status]
    assert hook().send(letter(receiver.url), 1).state == state


def test_nobody_knows_what_became_of_a_webhook_that_timed_out(receiver: Receiver) -> None:
    receiver.statuses = [0]
    with pytest.raises(TimeoutError):
        hook(timeout_s=0.2).send(letter(receiver.url), 1)


def test_a_receiver_that_is_away_is_asked_later() -> None:
    assert hook().send(letter("http://127.0.0.1:1/"), 1).state == "later"


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("http://example.org/", "webhook_needs_https"),
        ("https://127.0.0.1/", "webhook_address_private"),
        ("https://169.254.169.254/latest", "webhook_address_private"),
        ("https://[::1]/", "webhook_address_private"),
        ("https://2130706433/", "webhook_address_private"),
        ("https://224.0.0.251/", "webhook_address_private"),
        ("https://[ff0e::fb]/", "webhook_address_private"),
        ("https://[fec0::1]/", "webhook_address_private"),
        ("https://[64:ff9b::10.0.0.1]/", "webhook_address_private"),
        ("https://[2002:a00:1::1]/", "webhook_address_private"),
        ("https://user@example.org/", "webhook_address_unusable"),
    ],
)
def test_a_webhook_never_reaches_into_our_own_network(url: str, reason: str) -> None:
    assert hook(private=False).send(letter(url), 1) == Outcome.refused(reason)


def test_without_a_secret_no_webhook_leaves() -> None:
    channel = Webhook(WebhookRules(secrets=()))
    assert channel.send(letter("https://example.org/"), 1) == Outcome.refused("webhook_secret_missing")
