"""The story of an incident, line by line, in order, on the page and in the live stream."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
import redis

from chassis.context import Context
from chassis.database import connect
from chassis.work import Work
from eldercare.device.v1.events_pb2 import AlarmRaised, DutyDeskPaged
from eldercare.order.v1 import events_pb2 as order
from eldercare.payment.v1 import events_pb2 as payment
from notify_service.ladder.domain.ladder import Answer
from notify_service.timeline import store
from notify_service.timeline.feeder import STREAM, Feeder
from notify_service.timeline.store import Line
from services.notify.tests import cast
from services.notify.tests.cast import ALARM, DAUGHTER_WEN, INCIDENT, ORDER
from services.notify.tests.story import Story
from suite.testing import TestDatabase
from suite.waiting import until

SECOND_ALARM = "alarms/00000000-0000-7000-8000-0000000000a2"


def types(story: Story) -> list[str]:
    with story.db.work() as work:
        return [entry.line.type.rpartition(".")[2] for entry in store.of_incident(work, INCIDENT, 0, 100)]


def raised(story: Story, alarm: str = ALARM) -> AlarmRaised:
    return AlarmRaised(alarm=alarm, region=cast.PLUM_GARDEN, kind="fall", receive_time=cast.stamp(story.db.now()))


def line(number: int) -> Line:
    return Line(
        source=f"test-{number}", type="eldercare.order.v1.TaskDone", params={}, region=cast.PLUM_GARDEN,
        correlation="", time=cast.LONG_AGO, incident=INCIDENT,
    )  # fmt: skip


def test_the_alarm_stands_before_its_incident_whichever_fact_comes_first(story: Story) -> None:
    story.press()
    story.happens(raised(story), aggregate=ALARM)
    assert types(story)[:3] == ["AlarmRaised", "IncidentOpened", "LadderStarted"]


def test_a_further_alarm_is_linked_when_it_joins_and_the_live_view_of_who_was_called_moves(story: Story) -> None:
    story.press()
    story.happens(raised(story, SECOND_ALARM), aggregate=SECOND_ALARM)
    assert types(story).count("AlarmRaised") == 1
    story.rings()
    joined = order.AlarmAttached(incident=INCIDENT, alarm=SECOND_ALARM, alarm_kind="fall", urgency="urgent")
    story.happens(joined)
    assert types(story)[-2:] == ["AlarmRaised", "AlarmAttached"]
    assert story.rings() == []
    assert [message.notice.template for message in story.shown()] == ["alarm_raised", "alarm_again"]


def test_messages_and_answers_stand_in_the_story_and_the_live_view_does_not(story: Story) -> None:
    story.press()
    story.rings()
    story.says(DAUGHTER_WEN, Answer.SEEN)
    assert types(story)[3:] == ["MessageSent"] * 3 + ["AnswerGiven"]


def test_money_finds_its_incident_by_the_order(story: Story) -> None:
    story.press()
    story.happens(order.OrderPlaced(order=ORDER, incident=INCIDENT, number="1", item="items/meal"), aggregate=ORDER)
    story.happens(payment.HoldPlaced(order=ORDER), aggregate="settlements/1")
    with story.db.work() as work:
        last = store.of_incident(work, INCIDENT, 0, 100)[-1].line
    assert (last.type, last.order) == ("eldercare.payment.v1.HoldPlaced", ORDER)


def test_an_alarm_that_nobody_took_up_shows_on_the_page_of_the_region(story: Story) -> None:
    story.happens(DutyDeskPaged(alarm=ALARM, region=cast.PLUM_GARDEN), aggregate=ALARM)
    with story.db.work() as work:
        of_district = store.of_region(work, cast.LAKE, 0, 10)
        assert [entry.line.type.rpartition(".")[2] for entry in of_district] == ["DutyDeskPaged"]
        assert store.of_region(work, cast.LAKE[:-1], 0, 10) == []


def test_a_reader_who_saw_a_line_has_seen_every_line_before_it(notify: TestDatabase) -> None:
    """The slow writer began first; a number taken at its insert would appear behind the reader's back."""
    with connect(notify.urls.app, name="slow") as slow:
        slow.autocommit = False
        _write(slow, 1)
        with notify.work() as work:
            store.write(work, line(2))
        with notify.work() as work:
            (seen,) = store.of_all(work, 0, 10)
        slow.commit()
    with notify.work() as work:
        assert [entry.line.source for entry in store.of_all(work, seen.id, 10)] == ["test-1"]


def _write(connection: psycopg.Connection[dict[str, object]], number: int) -> None:
    with Work(connection, Context()) as work:
        store.write(work, line(number))


def test_many_writers_never_hide_a_line_from_a_follower(notify: TestDatabase) -> None:
    stop, missed = threading.Event(), list[str]()
    seen: set[str] = set()

    def follow() -> None:
        last = 0
        while True:
            ended = stop.is_set()
            with notify.work() as work:
                entries = store.of_all(work, last, 1000)
            seen.update(entry.line.source for entry in entries)
            last = entries[-1].id if entries else last
            if ended and not entries:
                return

    def write(writer: int) -> None:
        with connect(notify.urls.app, name="writer") as connection:
            for number in range(40):
                with connection.transaction():
                    _write(connection, writer * 1000 + number)

    follower = threading.Thread(target=follow)
    writers = [threading.Thread(target=write, args=(writer,)) for writer in range(4)]
    for thread in (follower, *writers):
        thread.start()
    for thread in writers:
        thread.join()
    stop.set()
    follower.join()
    missed = [f"test-{w * 1000 + n}" for w in range(4) for n in range(40) if f"test-{w * 1000 + n}" not in seen]
    assert missed == []


def test_what_is_written_while_somebody_numbers_appears_in_the_order_it_is_numbered(notify: TestDatabase) -> None:
    with connect(notify.urls.app, name="slow") as slow, connect(notify.urls.app, name="numberer") as numberer:
        assert store.claim_numbering(Work(numberer, Context()))
        slow.autocommit = False
        _write(slow, 1)
        with notify.work() as work:
            store.write(work, line(2))
        store.number(Work(numberer, Context()))
        slow.commit()
        with notify.work() as work:
            assert [entry.line.source for entry in store.of_all(work, 0, 10)] == ["test-2"]
        store.number(Work(numberer, Context()))
        with notify.work() as work:
            assert [entry.line.source for entry in store.of_all(work, 0, 10)] == ["test-2", "test-1"]


def test_what_a_dead_numberer_left_is_numbered_by_the_next_who_writes(notify: TestDatabase) -> None:
    with connect(notify.urls.app, name="numberer") as numberer:
        assert store.claim_numbering(Work(numberer, Context()))
        with notify.work() as work:
            store.write(work, line(1))
    with notify.work() as work:
        assert store.of_all(work, 0, 10) == []
        store.write(work, line(2))
    with notify.work() as work:
        assert [entry.line.source for entry in store.of_all(work, 0, 10)] == ["test-1", "test-2"]


def test_writers_do_not_wait_for_each_other_while_somebody_numbers(notify: TestDatabase) -> None:
    with (
        connect(notify.urls.app, name="numberer") as numberer,
        connect(notify.urls.app, name="neighbour") as neighbour,
        neighbour.transaction(),
    ):
        assert store.claim_numbering(Work(numberer, Context()))
        neighbour.execute("SELECT pg_advisory_xact_lock(hashtext('timeline_id'))")
        with notify.work() as work:
            work.run("SET LOCAL lock_timeout = '2s'")
            store.write(work, line(1))


def test_a_line_cannot_be_rewritten(story: Story) -> None:
    story.press()
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        story.db.rows("UPDATE timeline SET type = 'x'")


@pytest.fixture
def stream(redis_url: str) -> Iterator[redis.Redis]:
    client = redis.Redis.from_url(redis_url, decode_responses=True)
    client.delete(STREAM)
    yield client
    client.delete(STREAM)


def in_stream(client: redis.Redis) -> list[dict[str, str]]:
    entries: Any = client.xrange(STREAM)
    return [fields for _, fields in entries]


def test_pages_are_rung_in_order_once_in_both_languages_by_however_many_feeders(
    story: Story, stream: redis.Redis
) -> None:
    feeders = [Feeder(story.db.urls.app, stream) for _ in range(2)]
    for feeder in feeders:
        feeder.feed(story.db.connection)
    story.press()
    for feeder in feeders:
        feeder.feed(story.db.connection)
    told = [json.loads(fields["json"]) for fields in in_stream(stream)]
    assert [entry["type"].rpartition(".")[2] for entry in told] == ["AlarmRaised", "IncidentOpened", "LadderStarted"]
    assert told[0]["text"] == {"zh-CN": "报警：按下求助键。", "en": "Alarm: emergency key pressed."}
    assert [entry["id"] for entry in told] == sorted(entry["id"] for entry in told)


def test_a_feeder_that_starts_again_goes_on_where_the_stream_ended(story: Story, stream: redis.Redis) -> None:
    first = Feeder(story.db.urls.app, stream)
    first.feed(story.db.connection)
    story.press()
    first.feed(story.db.connection)
    story.says(DAUGHTER_WEN, Answer.SEEN)
    Feeder(story.db.urls.app, stream).feed(story.db.connection)
    assert [fields["incident"] for fields in in_stream(stream)] == [INCIDENT] * 4


def test_a_stream_of_another_life_is_thrown_away(story: Story, stream: redis.Redis) -> None:
    stream.xadd(STREAM, {"id": "999999"}, id="999999-0")
    feeder = Feeder(story.db.urls.app, stream)
    feeder.feed(story.db.connection)
    story.press()
    feeder.feed(story.db.connection)
    assert len(in_stream(stream)) == 3


def test_a_running_feeder_is_rung_and_stops_when_told(story: Story, stream: redis.Redis) -> None:
    stopping = threading.Event()
    thread = threading.Thread(target=Feeder(story.db.urls.app, stream), args=(stopping,))
    thread.start()
    story.press()
    story.says(DAUGHTER_WEN, Answer.SEEN)
    until(lambda: bool(in_stream(stream)) and "AnswerGiven" in in_stream(stream)[-1]["json"], "the page is rung")
    stopping.set()
    thread.join(timeout=5)
    assert not thread.is_alive()
