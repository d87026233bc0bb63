"""Stands in for SMS, voice and push: keeps what went to which number, and shows it as phones."""

from __future__ import annotations

from chassis.effects import Outcome
from chassis.seal import Seals
from chassis.subject_keys import SubjectErased
from chassis.work import Work
from notify_service.channel.port import Letter
from notify_service.contact.use_cases import seal
from notify_service.message.transaction import Transaction


class Recorder:
    def __init__(self, transaction: Transaction, seals: Seals) -> None:
        self._transaction, self._seals = transaction, seals

    def send(self, letter: Letter, attempt: int) -> Outcome:
        """A letter that is here already was sent by an earlier try."""
        try:
            with self._transaction() as work:
                self._keep(work, letter)
        except SubjectErased:
            return Outcome.refused("erased")
        return Outcome.done(f"recorder:{letter.key}")

    def _keep(self, work: Work, letter: Letter) -> None:
        value = seal(work, self._seals, letter.recipient, letter.address, value_place(letter.key))
        text = None
        if not letter.key.startswith("messages/"):  # what no message composes again
            text = seal(work, self._seals, letter.recipient, letter.text, text_place(letter.key))
        work.run(
            """INSERT INTO recorded_messages (key, channel, recipient, sealed_value, value_index, template, language,
                   sealed_text)
               VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING""",
            [
                letter.key,
                letter.channel,
                letter.recipient,
                value,
                self._seals.blind(letter.address.encode(), field="contact_point"),
                letter.template,
                letter.language,
                text,
            ],
        )


def value_place(key: str) -> str:
    return f"recorded_messages.sealed_value:{key}"


def text_place(key: str) -> str:
    return f"recorded_messages.sealed_text:{key}"
