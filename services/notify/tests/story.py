"""What a test says in one line: facts arrive, time passes, phones ring, people answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from google.protobuf.message import Message

from chassis.seal import Seals
from eldercare.order.v1 import events_pb2 as order
from notify_service.channel.feed import LiveView
from notify_service.channel.port import Channel
from notify_service.channel.recorder import Recorder
from notify_service.contact.store import Sealed
from notify_service.contact.use_cases import unseal
from notify_service.entrypoints.core import TIMERS
from notify_service.handlers import HANDLERS
from notify_service.ladder.domain.ladder import Answer
from notify_service.ladder.use_cases import answer
from notify_service.message.sending import Sender, senders
from notify_service.message.store import StoredMessage, of_incident
from services.notify.tests import cast
from suite.testing import TestDatabase


@dataclass(frozen=True, slots=True)
class Ring:
    """One message on one phone."""

    who: str
    channel: str
    template: str


class Story:
    def __init__(self, db: TestDatabase, seals: Seals) -> None:
        self.db, self.seals = db, seals
        recorder = Recorder(db.work, seals)
        self.channels: dict[str, Channel] = dict.fromkeys(("voice", "sms", "push", "email"), recorder)
        self.channels |= dict.fromkeys(("feed", "webhook"), LiveView())
        self._seen = 0

    def happens(self, event: Message, *, aggregate: str = cast.INCIDENT, id: UUID | None = None) -> UUID:  # noqa: A002
        return self.db.deliver(
            HANDLERS,
            event,
            aggregate=aggregate,
            id=id,
            correlation=cast.UUID,
            region=cast.PLUM_GARDEN,
            person=cast.GRANNY_WEN,
        )

    def press(self, **more: object) -> None:
        self.happens(cast.opened(self.db.now(), **more))  # type: ignore[arg-type]

    def moved(self, reason: str, responsible: str = cast.PLUM_GARDEN) -> None:
        deadline = cast.stamp(self.db.now() + timedelta(minutes=1))
        event = order.ResponsibilityMoved(
            incident=cast.INCIDENT, responsible=responsible, deadline_time=deadline, reason=reason
        )
        self.happens(event)

    def wait(self, **shift: float) -> None:
        self.db.push_clock(**shift)
        self.db.run_timers(TIMERS)

    def says(self, person: str, kind: Answer, *, is_operator: bool = False) -> bool:
        with self.db.work(actor=person) as work:
            return answer(work, cast.INCIDENT, person, kind, "key", is_operator=is_operator)

    def rings(self) -> list[Ring]:
        """What reached phones since the last look, screens left out."""
        self.db.run_effects(senders(self.db.work, self.seals, self.channels))
        rows = self.db.rows("SELECT * FROM recorded_messages WHERE id > %s ORDER BY id", self._seen)
        self._seen = max([self._seen, *(row["id"] for row in rows)])
        return [Ring(row["recipient"], row["channel"], row["template"]) for row in rows]

    def shown(self) -> list[StoredMessage]:
        """What the live view shows, the oldest first."""
        with self.db.work() as work:
            told = of_incident(work, cast.INCIDENT, after="", limit=100)
        return [message for message in told if message.channel == "feed"]

    def called(self) -> set[str]:
        """Whose phone rang, since the last look."""
        return {ring.who for ring in self.rings()}

    def told(self) -> dict[str, set[str]]:
        """Who was told what, since the last look."""
        told: dict[str, set[str]] = {}
        for ring in self.rings():
            told.setdefault(ring.who, set()).add(ring.template)
        return told

    def sender(self, channels: Mapping[str, Channel]) -> Sender:
        return Sender(self.db.work, self.seals, channels)

    def number_rung(self, channel: str, who: str) -> str | None:
        (row,) = self.db.rows(
            """SELECT r.key, r.sealed_value, k.wrapped FROM recorded_messages r
               LEFT JOIN subject_keys k ON k.subject = r.recipient WHERE channel = %s AND recipient = %s""",
            channel,
            who,
        )
        sealed = Sealed(owner=who, sealed=row["sealed_value"], wrapped=row["wrapped"])
        return unseal(self.seals, sealed, f"recorded_messages.sealed_value:{row['key']}")

    def states(self) -> list[tuple[str, str]]:
        rows = self.db.rows("SELECT channel, state FROM messages ORDER BY name")
        return [(row["channel"], row["state"]) for row in rows]
