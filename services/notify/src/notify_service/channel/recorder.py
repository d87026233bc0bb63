"""Stands in for SMS, voice and push: keeps what went to which number, and shows it as phones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import psycopg

from chassis.effects import Outcome
from chassis.seal import Seals
from chassis.subject_keys import SubjectErased, keys_for
from chassis.work import Work
from notify_service.channel.port import Letter
from notify_service.contact.use_cases import seal_with
from notify_service.message.transaction import Transaction

_KEEP = """INSERT INTO recorded_messages (key, channel, recipient, sealed_value, value_index, template, language,
               sealed_text)
           SELECT * FROM unnest(%s::text[], %s::text[], %s::text[], %s::bytea[], %s::bytea[], %s::text[], %s::text[],
               %s::bytea[])
           ON CONFLICT DO NOTHING"""


class Recorder:
    def __init__(self, transaction: Transaction, seals: Seals) -> None:
        self._transaction, self._seals = transaction, seals

    def send(self, letter: Letter, attempt: int) -> Outcome:
        """A letter that is here already was sent by an earlier try."""
        (outcome,) = self._keep([letter])
        return outcome

    def send_all(self, letters: Sequence[Letter]) -> Sequence[Outcome | Exception]:
        try:
            return self._keep(letters)
        except psycopg.OperationalError:  # the store is away, whoever is written to
            raise
        except Exception:  # one of them may be to blame
            return [self._tried(letter) for letter in letters]

    def _tried(self, letter: Letter) -> Outcome | Exception:
        try:
            return self.send(letter, 1)
        except Exception as unknown:
            return unknown

    def _keep(self, letters: Sequence[Letter]) -> list[Outcome]:
        with self._transaction() as work:
            people = {letter.recipient for letter in letters if letter.recipient.startswith("persons/")}
            keys = keys_for(work, self._seals, people)
            rows, outcomes = [], []
            for letter in letters:
                try:
                    rows.append(self._row(keys, letter))
                    outcomes.append(Outcome.done(f"recorder:{letter.key}"))
                except SubjectErased:
                    outcomes.append(Outcome.refused("erased"))
            _insert(work, rows)
        return outcomes

    def _row(self, keys: Mapping[str, bytes], letter: Letter) -> tuple[Any, ...]:
        seals, recipient = self._seals, letter.recipient
        text = None
        if not letter.key.startswith("messages/"):  # what no message composes again
            text = seal_with(seals, keys, recipient, letter.text, text_place(letter.key))
        return (
            letter.key,
            letter.channel,
            recipient,
            seal_with(seals, keys, recipient, letter.address, value_place(letter.key)),
            seals.blind(letter.address.encode(), field="contact_point"),
            letter.template,
            letter.language,
            text,
        )


def _insert(work: Work, rows: Sequence[tuple[Any, ...]]) -> None:
    if rows:
        work.run(_KEEP, [list(column) for column in zip(*rows, strict=True)])


def value_place(key: str) -> str:
    return f"recorded_messages.sealed_value:{key}"


def text_place(key: str) -> str:
    return f"recorded_messages.sealed_text:{key}"
