"""Event type → use case. People is where persons, providers and regions begin: it listens to nobody."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from google.protobuf.message import Message

from chassis.work import Work

HANDLERS: Mapping[type[Message], Callable[[Work, Message], None]] = {}
