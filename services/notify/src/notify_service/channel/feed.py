"""The live view: a capped stream in Redis. It may be lost; the timeline in the database is the truth."""

from __future__ import annotations

import json

import redis

from chassis.effects import Outcome
from notify_service.channel.port import Letter

STREAM = "live"
KEPT = 10_000
TRIES = 3


class LiveFeed:
    def __init__(self, client: redis.Redis) -> None:
        self._redis = client

    def send(self, letter: Letter, attempt: int) -> Outcome:
        fields = {
            "message": letter.key,
            "recipient": letter.recipient,
            "incident": letter.incident,
            "order": letter.order,
            "template": letter.template,
            "language": letter.language,
            "text": letter.text,
            "params": json.dumps(dict(letter.params), sort_keys=True),
        }
        try:
            entry = self._redis.xadd(STREAM, fields, maxlen=KEPT, approximate=True)  # type: ignore[arg-type]
        except redis.RedisError as gone:
            reason = type(gone).__name__
            return Outcome.later(reason) if attempt < TRIES else Outcome.refused("feed_gone")
        return Outcome.done(str(entry))
