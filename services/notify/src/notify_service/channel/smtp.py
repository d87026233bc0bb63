"""Mail. The message's name is the Message-ID, so a mail that came twice is shown once."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP

from chassis.effects import Outcome
from notify_service.channel.port import Letter

# Raised before any mail is handed over.
NOT_BEGUN = (
    smtplib.SMTPConnectError,
    smtplib.SMTPAuthenticationError,
    smtplib.SMTPNotSupportedError,
    ssl.SSLCertVerificationError,
    ConnectionRefusedError,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    host: str
    port: int
    sender: str
    user: str = ""
    password: str = ""
    starttls: bool = False
    timeout_s: float = 8.0


class Mail:
    def __init__(self, server: MailServer) -> None:
        self._server = server

    def send(self, letter: Letter, attempt: int) -> Outcome:
        mail = _mail(letter, self._server.sender)
        try:
            with self._connected() as line:
                line.send_message(mail)
        except NOT_BEGUN as closed:
            return Outcome.later(type(closed).__name__)
        except smtplib.SMTPRecipientsRefused as refused:
            codes = [code for code, _ in refused.recipients.values()]
            return _by_code(min(codes))
        except smtplib.SMTPResponseException as answer:
            return _by_code(answer.smtp_code)
        return Outcome.done(str(mail["Message-ID"]))

    def _connected(self) -> smtplib.SMTP:
        server = self._server
        line = smtplib.SMTP(server.host, server.port, timeout=server.timeout_s)
        if server.starttls:
            line.starttls(context=ssl.create_default_context())
        if server.user:
            line.login(server.user, server.password)
        return line


def _by_code(code: int) -> Outcome:
    """RFC 5321: 5xx will never work, 4xx may work later."""
    return Outcome.refused(f"smtp_{code}") if code >= 500 else Outcome.later(f"smtp_{code}")


def _mail(letter: Letter, sender: str) -> EmailMessage:
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"], mail["Subject"] = sender, letter.address, letter.subject
    mail["Message-ID"] = f"<{letter.key.partition('/')[2]}@{sender.partition('@')[2] or 'localhost'}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail["Content-Language"] = letter.language
    mail.set_content(letter.text)
    return mail
