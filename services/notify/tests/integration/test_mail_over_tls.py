"""An encrypted line is only worth something when the other end is who it says."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from notify_service.channel.smtp import Mail, MailServer
from services.notify.tests.integration.test_mail_and_webhooks import MailBox, letter
from suite.servers.ports import free_port, release

ISSUED = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate the mail server signed itself, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "mail.plum.example")])
    address = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    draft = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    draft = draft.not_valid_before(ISSUED).not_valid_after(ISSUED + timedelta(days=36_500))
    signed = draft.add_extension(address, critical=False).sign(key, hashes.SHA256())
    plain = serialization.NoEncryption()
    pem, pkcs8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    path = tmp_path / "mail.pem"
    path.write_bytes(key.private_bytes(pem, pkcs8, plain) + signed.public_bytes(pem))
    return path


@pytest.fixture
def encrypted(certificate: Path) -> Iterator[tuple[MailBox, Mail]]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    handler, port = MailBox(), free_port()
    controller = Controller(handler, hostname="127.0.0.1", port=port, tls_context=context)
    controller.start()
    yield handler, Mail(MailServer(host="127.0.0.1", port=port, sender="care@plum.example", starttls=True))
    controller.stop()
    release(port)


def test_no_mail_is_handed_to_a_server_nobody_vouches_for(encrypted: tuple[MailBox, Mail]) -> None:
    handler, mail = encrypted
    assert mail.send(letter("lan@example.org"), 1).state == "later"
    assert handler.mails == []


def test_a_mail_server_whose_certificate_is_trusted_takes_the_mail(
    encrypted: tuple[MailBox, Mail], certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    handler, mail = encrypted
    assert mail.send(letter("lan@example.org"), 1).state == "done"
    assert len(handler.mails) == 1
