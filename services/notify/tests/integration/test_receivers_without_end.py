"""Receivers that never finish their answer hold nobody up: one deadline for the call, only the status is read."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress

import pytest

from notify_service.channel.webhook import Webhook, WebhookRules
from services.notify.tests.integration.test_mail_and_webhooks import SECRET, letter

Answer = Callable[[socket.socket, threading.Event], None]


def drips(line: socket.socket, gone: threading.Event) -> None:
    """A header that grows by a byte before any single read would be called late."""
    line.sendall(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    while not gone.wait(0.05):
        line.sendall(b"z")


def floods(line: socket.socket, _: threading.Event) -> None:
    """A body without end."""
    line.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while True:
        line.sendall(b"z" * 65_536)


@pytest.fixture
def receiver() -> Iterator[Callable[[Answer], str]]:
    door, gone = socket.create_server(("127.0.0.1", 0)), threading.Event()

    def serve(answer: Answer) -> None:
        line, _ = door.accept()
        with line, suppress(OSError):
            line.recv(65_536)
            answer(line, gone)

    def start(answer: Answer) -> str:
        threading.Thread(target=serve, args=(answer,), daemon=True).start()
        return f"http://127.0.0.1:{door.getsockname()[1]}/"

    yield start
    gone.set()
    door.close()


def hook(timeout_s: float) -> Webhook:
    return Webhook(WebhookRules(secrets=(SECRET,), private_allowed=True, timeout_s=timeout_s))


@pytest.mark.timeout(20)
def test_a_receiver_that_drips_its_answer_is_left_at_the_deadline(receiver: Callable[[Answer], str]) -> None:
    with pytest.raises(TimeoutError):
        hook(0.5).send(letter(receiver(drips)), 1)


@pytest.mark.timeout(20)
def test_of_an_answer_without_end_only_the_status_is_taken(receiver: Callable[[Answer], str]) -> None:
    assert hook(5).send(letter(receiver(floods)), 1).state == "done"
