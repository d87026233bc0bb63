"""The store has committed and its reply is lost: the same is tried again under the same name, and is done once."""

from psycopg.conninfo import make_conninfo

from chassis.consumer import Consumer
from chassis.context import Context
from chassis.envelope import Envelope, to_wire
from chassis.holding import Holder
from chassis.ids import uuid7
from chassis.subscriber import Delivery
from chassis.work import Work
from eldercare.people.v1.events_pb2 import RegionChanged
from suite.testing import TestDatabase
from suite.wire import Trouble, Wire


class LostOnce:
    """The reply to the first COMMIT that passes is lost, and the connection with it."""

    def __init__(self) -> None:
        self.lost = 0

    def __call__(self, said: bytes) -> bool:
        self.lost += b"COMMIT" in said
        return b"COMMIT" in said and self.lost == 1


def retell(work: Work, message: RegionChanged) -> None:
    work.publish(message, aggregate="regions/a")


def test_a_batch_whose_commit_was_not_answered_is_done_once(db: TestDatabase) -> None:
    consumer = Consumer(service="people", handlers={RegionChanged: retell})
    batch, losing = [fact(db) for _ in range(5)], LostOnce()
    with Wire.to(db.urls.app) as wire:
        wire.suffer(Trouble(loses_reply=losing))
        Holder(consumer, make_conninfo(wire.through(db.urls.app), sslmode="disable")).process(batch, lambda: False)
    assert losing.lost == 2, "once without an answer, once more with one"
    assert len(db.events(RegionChanged)) == 5


def fact(db: TestDatabase) -> Delivery:
    envelope = Envelope(
        id=uuid7(),
        type="eldercare.people.v1.RegionChanged",
        source="//eldercare/people",
        aggregate="regions/a",
        sequence=1,
        time=db.now(),
        context=Context(),
    )
    wire = to_wire(envelope, RegionChanged().SerializeToString())
    return Delivery(headers=wire.headers, content_type=wire.content_type, body=wire.body)
