"""Each alarm belongs to exactly one incident or task, however often and by whichever way it is brought."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from uuid import uuid4

import pytest
from psycopg.errors import UniqueViolation

from eldercare.order.v1 import events_pb2 as told
from order_service.incident.alarms import take_alarm
from order_service.incident.domain.policy import URGENT_VISIT
from order_service.incident.domain.words import Outcome
from order_service.incident.use_cases import close_incident
from order_service.task.use_cases import complete_task
from order_service.visit.use_cases import cancel_order
from services.order.tests.cast import BO, ELDER, GARDEN, OPERATOR, OTHER_ELDER
from services.order.tests.duty_room import DutyRoom


def test_press_opens_an_incident_that_the_duty_desk_must_answer_within_a_minute(room: DutyRoom) -> None:
    frame = str(uuid4())
    incident = room.press(frame=frame)
    assert incident == f"incidents/{frame}"
    (opened,) = room.told(told.IncidentOpened)
    assert (opened.responsible, opened.urgency, opened.person) == (GARDEN, "emergency", ELDER)
    row = room.incident(incident)
    assert row["deadline_time"] - row["open_time"] == timedelta(seconds=60)
    assert row["rule"] == "policy:sos_press/1"
    assert row["number"].startswith("I-")


def test_every_event_of_the_incident_carries_the_frame_as_its_correlation(room: DutyRoom) -> None:
    frame = str(uuid4())
    room.press(frame=frame)
    room.press("fall")
    envelopes = [envelope for envelope, _ in room.db.events() if envelope.aggregate.startswith(("incidents", "orders"))]
    assert {envelope.correlation for envelope in envelopes} == {frame}
    assert {envelope.region for envelope in envelopes} == {GARDEN}
    assert {envelope.person for envelope in envelopes} == {ELDER}


def test_sos_and_fall_and_low_battery_in_one_frame_are_one_incident_and_one_task(room: DutyRoom) -> None:
    frame = str(uuid4())
    homes = [room.press(kind, frame=frame) for kind in ("sos_press", "fall", "low_power")]
    assert homes[0] == homes[1] == f"incidents/{frame}"
    assert homes[2].startswith("tasks/")
    assert len(room.told(told.IncidentOpened)) == len(room.told(told.TaskOpened)) == 1
    assert [fact.alarm_kind for fact in room.told(told.AlarmAttached)] == ["fall"]
    assert len(room.rows("SELECT name FROM orders")) == 1


def test_second_press_joins_the_open_incident_and_is_not_swallowed(room: DutyRoom) -> None:
    assert room.press() == room.press()
    assert len(room.told(told.AlarmAttached)) == 1


def test_fall_after_a_missed_medicine_raises_the_urgency_and_shortens_the_deadline(room: DutyRoom) -> None:
    incident = room.press("medicine_missed")
    before = room.incident(incident)
    room.press("fall")
    after = room.incident(incident)
    assert (before["urgency"], after["urgency"]) == ("normal", "emergency")
    assert after["deadline_time"] < before["deadline_time"]
    assert after["rule"] == "policy:fall/1"
    assert room.told(told.ResponsibilityMoved)[-1].reason == "raised"


def test_two_elders_never_share_an_incident(room: DutyRoom) -> None:
    assert room.press(person=ELDER) != room.press(person=OTHER_ELDER)


def test_alarm_of_a_room_belongs_to_the_place_and_of_an_unassigned_device_to_the_device(room: DutyRoom) -> None:
    place = room.press("smoke", person="", place="places/kitchen-3")
    device = room.press("sos_press", person="", place="")
    assert room.incident(place)["subject"] == "places/kitchen-3"
    assert room.incident(device)["subject"].startswith("devices/")


def test_unknown_kind_of_alarm_opens_an_urgent_incident(room: DutyRoom) -> None:
    row = room.incident(room.press("made_up_kind"))
    assert (row["urgency"], row["rule"]) == ("urgent", "policy:unknown/1")


def test_alarm_from_the_backlog_is_owned_but_shown_as_late(room: DutyRoom) -> None:
    incident = room.press(archived=True)
    row = room.incident(incident)
    assert (row["urgency"], row["responsible"], row["archived"]) == ("normal", GARDEN, True)
    assert room.told(told.IncidentOpened)[0].archived


def test_same_alarm_by_event_and_by_rpc_at_the_same_instant_is_one_incident(room: DutyRoom) -> None:
    alarm, frame, start = room.alarm(), str(uuid4()), Barrier(2)

    def by_rpc() -> str:
        with room.work("services/device") as work:
            start.wait()
            return take_alarm(work, alarm, frame)

    def by_event() -> None:
        start.wait()
        room.bring(alarm, frame)

    with ThreadPoolExecutor() as threads:
        called, told_by_event = threads.submit(by_rpc), threads.submit(by_event)
        told_by_event.result()
        assert called.result() == room.home_of(alarm.name)
    assert len(room.told(told.IncidentOpened)) == 1
    assert len(room.rows("SELECT name FROM orders")) == 1
    assert room.db.set_aside() == []


def test_many_alarms_of_one_elder_at_the_same_instant_are_one_incident(room: DutyRoom) -> None:
    start = Barrier(6)

    def press() -> str:
        with room.work("services/device") as work:
            start.wait()
            return take_alarm(work, room.alarm("fall"), str(uuid4()))

    with ThreadPoolExecutor(6) as threads:
        homes = {each.result() for each in [threads.submit(press) for _ in range(6)]}
    assert len(homes) == 1
    assert len(room.told(told.AlarmAttached)) == 5


def test_the_store_itself_refuses_a_second_open_incident_of_one_person(room: DutyRoom) -> None:
    name = room.press()
    forged = b"""INSERT INTO incidents SELECT (jsonb_populate_record(i, '{"name": "incidents/forged"}')).*
                 FROM incidents i WHERE name = %s"""
    with pytest.raises(UniqueViolation, match="one_open_incident"):
        room.db.connection.execute(forged, [name])


def test_late_alarm_of_a_frame_whose_incident_is_closed_opens_a_new_one(room: DutyRoom) -> None:
    frame = str(uuid4())
    first = room.press(frame=frame)
    with room.work(OPERATOR) as work:
        cancel_order(work, room.order_of(first), "not_needed", is_operator=True)
        close_incident(work, first, Outcome.MIS_TOUCH, closer=OPERATOR, is_operator=True)
    second = room.press("fall", frame=frame)
    assert second != first
    assert room.incident(second)["state"] == "open"


def test_press_after_help_has_left_sends_help_again(room: DutyRoom) -> None:
    room.on_duty(BO)
    incident = room.press()
    room.search()
    first = room.order_of(incident)
    room.visit(first, BO)
    assert room.incident(incident)["responsible"] == BO.name
    room.press()
    assert room.order_of(incident) != first
    assert room.incident(incident)["responsible"] == GARDEN


def test_an_alarm_that_needs_help_sends_it_though_its_incident_began_as_news(room: DutyRoom) -> None:
    incident = room.press("geofence_enter")
    assert room.rows("SELECT name FROM orders") == []
    room.press("medicine_missed")
    order = room.order(room.order_of(incident))
    assert (order["item"], order["urgent"]) == (URGENT_VISIT, True)


def test_a_late_alarm_sends_help_where_nobody_was_sent_yet_and_only_once(room: DutyRoom) -> None:
    incident = room.press("geofence_enter")
    room.press("fall", archived=True)
    first = room.order_of(incident)
    with room.work(OPERATOR) as work:
        cancel_order(work, first, "not_needed", is_operator=True)
    room.press("fall", archived=True)
    assert room.order_of(incident) == first


def test_low_battery_of_one_watch_is_one_task_until_it_is_done(room: DutyRoom) -> None:
    task = room.press("low_power")
    assert room.press("tamper") == task
    assert len(room.told(told.AlarmAttachedToTask)) == 1
    with room.work(OPERATOR) as work:
        complete_task(work, task)
    assert room.press("low_power") != task
    assert len(room.told(told.TaskDone)) == 1
