"""The port of a channel. A real SMS or voice provider implements `Channel` and is named by an entry point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from chassis.effects import Outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message as a channel carries it. `key` is the message's name and stays the same with every try."""

    key: str
    channel: str
    recipient: str
    address: str
    subject: str
    text: str
    language: str
    template: str
    incident: str
    order: str
    params: Mapping[str, str]


class Channel(Protocol):
    """Carries letters of one kind.

    `send` gives `done` with the provider's reference, `refused` when this address will never work, `later` when it
    certainly was not sent. It raises when nobody knows: the same letter then comes again with the same key, so a
    provider needs that key as its idempotency key, or must be asked before sending again.
    """

    def send(self, letter: Letter, attempt: int) -> Outcome: ...


@runtime_checkable
class QuickChannel(Channel, Protocol):
    """Carries many letters at once and takes next to no time for it: nobody waits behind anybody.

    `send_all` says what became of each, in their order; an exception in its place means that nobody knows.
    """

    def send_all(self, letters: Sequence[Letter]) -> Sequence[Outcome | Exception]: ...
