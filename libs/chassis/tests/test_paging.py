"""A human is told past everything of ours: until it is taken, only while it is so, and of what is parked by itself."""

import hmac
from collections.abc import Iterator
from hashlib import sha256

import pytest

from chassis.envelope import Envelope, to_wire
from chassis.ids import uuid7
from chassis.paging import PAGE, Occasion, Page, Pager, page
from chassis.parked import PARKED, STILL_PARKED
from chassis.subscriber import Delivery
from chassis.upkeep import Upkeep
from chassis.webhook import Webhook
from chassis.work import Context, Work
from eldercare.device.v1.events_pb2 import AlarmRaised
from eldercare.people.v1.events_pb2 import RegionChanged
from suite.testing import TestDatabase
from suite.testing.desk import DeskDoor, desk_listening

SECRET, REGION = "a made-up secret", "regions/made-up"
PARK_NOW = "UPDATE set_aside SET parked_at = app_now(), next_at = NULL"


@pytest.fixture
def desk() -> Iterator[DeskDoor]:
    with desk_listening(DeskDoor()) as listening:
        yield listening


class Reason:
    """Something that is so until a test says it is not."""

    def __init__(self) -> None:
        self.is_so, self.recorded = True, list[Page]()

    def occasion(self) -> Occasion:
        return Occasion(is_needed=lambda *_: self.is_so, taken=lambda _, told: self.recorded.append(told))


@pytest.fixture
def reason() -> Reason:
    return Reason()


@pytest.fixture
def pager(db: TestDatabase, desk: DeskDoor, reason: Reason) -> dict[str, Pager]:
    occasions = {"alone": reason.occasion(), PARKED: STILL_PARKED}
    return {PAGE: Pager(Webhook(desk.url, SECRET), db.work, occasions)}


def ask(db: TestDatabase) -> None:
    with db.work(context=Context(actor="services/test", correlation="c-1")) as work:
        page(work, "things/1", reason="alone", region=REGION, thing="things/1")


def set_aside(db: TestDatabase, fact: type[AlarmRaised | RegionChanged], *, region: str = REGION) -> None:
    """Its handler fails for ever."""

    def fail(work: Work, message: AlarmRaised | RegionChanged) -> None:
        raise ValueError("never")

    envelope = Envelope(
        id=uuid7(),
        type=fact.DESCRIPTOR.full_name,
        source="//eldercare/device",
        aggregate="things/1",
        sequence=1,
        time=db.now(),
        context=Context(region=region, correlation="c-2"),
    )
    wire = to_wire(envelope, b"")
    db.deliver_raw({fact: fail}, Delivery(headers=wire.headers, content_type=wire.content_type, body=wire.body))


def test_a_page_is_signed_and_says_why(db: TestDatabase, pager: dict[str, Pager], desk: DeskDoor) -> None:
    ask(db)
    db.run_effects(pager)
    (taken,) = desk.pages
    assert taken.told == {"reason": "alone", "region": REGION, "correlation": "c-1", "thing": "things/1"}
    signed = taken.headers["Eldercare-Timestamp"].encode() + b"." + taken.body
    assert taken.headers["Eldercare-Signature"] == hmac.new(SECRET.encode(), signed, sha256).hexdigest()


def test_a_page_that_is_not_taken_is_told_again_under_the_same_key(
    db: TestDatabase, pager: dict[str, Pager], desk: DeskDoor, reason: Reason
) -> None:
    desk.status = 503
    ask(db)
    db.run_effects(pager)
    assert reason.recorded == []
    desk.status = 202
    db.push_clock(seconds=31)
    db.run_effects(pager)
    db.push_clock(hours=1)
    db.run_effects(pager)
    assert {taken.headers["Idempotency-Key"] for taken in desk.pages} == {"page:alone:things/1"}
    assert (len(desk.pages), len(reason.recorded)) == (2, 1)


def test_a_page_that_is_no_longer_so_stays_untold(
    db: TestDatabase, pager: dict[str, Pager], desk: DeskDoor, reason: Reason
) -> None:
    ask(db)
    reason.is_so = False
    db.run_effects(pager)
    assert (desk.pages, reason.recorded) == ([], [])
    assert db.rows("SELECT 1 FROM effects WHERE settled_at IS NULL") == []


def test_a_parked_event_of_the_urgent_lane_pages_once_and_again_when_it_is_parked_again(
    db: TestDatabase, pager: dict[str, Pager], desk: DeskDoor
) -> None:
    set_aside(db, AlarmRaised)
    look(db, pager)
    assert desk.pages == [], "it is still being tried"
    db.connection.execute(PARK_NOW)
    look(db, pager)
    look(db, pager)
    (taken,) = desk.pages
    told = (taken.told["reason"], taken.told["region"], taken.told["correlation"], taken.told["aggregate"])
    assert told == ("parked", REGION, "c-2", "things/1")
    db.connection.execute("UPDATE set_aside SET parked_at = NULL")
    db.push_clock(minutes=1)
    db.connection.execute(PARK_NOW)
    look(db, pager)
    assert len(desk.pages) == 2


def test_a_parked_event_that_leaves_the_house_pages_too(
    db: TestDatabase, pager: dict[str, Pager], desk: DeskDoor
) -> None:
    with db.work(context=Context(actor="services/test", region=REGION)) as work:
        work.publish(AlarmRaised(), aggregate="alarms/1")
    db.connection.execute("UPDATE outbox SET parked_at = app_now(), attempts = 30")
    look(db, pager)
    assert [taken.told["type"] for taken in desk.pages] == ["eldercare.device.v1.AlarmRaised"]


def test_what_cannot_be_read_may_be_an_alarm(db: TestDatabase, pager: dict[str, Pager], desk: DeskDoor) -> None:
    db.deliver_raw({}, Delivery(headers={"ce-region": REGION}, content_type="text/plain", body=b"\xff"))
    look(db, pager)
    assert [taken.told["region"] for taken in desk.pages] == [REGION]


def test_a_parked_event_of_the_normal_lane_wakes_nobody(
    db: TestDatabase, pager: dict[str, Pager], desk: DeskDoor
) -> None:
    set_aside(db, RegionChanged)
    db.connection.execute(PARK_NOW)
    look(db, pager)
    assert desk.pages == []


def test_what_was_replayed_before_the_desk_could_be_told_stays_untold(
    db: TestDatabase, pager: dict[str, Pager], desk: DeskDoor
) -> None:
    set_aside(db, AlarmRaised)
    db.connection.execute(PARK_NOW)
    Upkeep("people", None).tick(db.connection)
    db.connection.execute("UPDATE set_aside SET parked_at = NULL")
    db.run_effects(pager)
    assert desk.pages == []


def look(db: TestDatabase, pager: dict[str, Pager]) -> None:
    """One round of upkeep, and the calls it asks for."""
    Upkeep("people", None).tick(db.connection)
    db.run_effects(pager)
