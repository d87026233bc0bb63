"""An incident whose event notify did not see in time is handed over by a call, until the ladder runs."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from eldercare.notify.v1.events_pb2 import LadderStarted
from eldercare.order.v1 import events_pb2 as told
from order_service.auditor import audit
from order_service.incident.ladder import START_LADDER, LadderStart
from services.order.tests.duty_room import DutyRoom


class Line:
    """A line to notify that can be cut; it keeps what came through."""

    def __init__(self) -> None:
        self.is_cut = False
        self.heard: list[Mapping[str, Any]] = []

    def send(self, request: Mapping[str, Any], _: datetime) -> str:
        if self.is_cut:
            return "UNREACHABLE"
        self.heard.append(request)
        return ""


def connected(room: DutyRoom) -> Line:
    line = Line()
    room.effects[START_LADDER] = LadderStart(room.work, line.send)
    return line


def test_ladder_that_runs_in_time_is_not_asked_for(room: DutyRoom) -> None:
    line, incident = connected(room), room.press()
    room.tell(LadderStarted(incident=incident, steps=3), aggregate="ladders/x")
    room.wait(seconds=30)
    assert line.heard == []


def test_after_two_seconds_notify_is_called_with_the_id_of_the_event(room: DutyRoom) -> None:
    line, incident = connected(room), room.press()
    room.wait(seconds=1)
    assert line.heard == []
    room.wait(seconds=2)
    ((envelope, _),) = room.db.events(told.IncidentOpened)
    (request,) = line.heard
    assert (request["request_id"], request["incident"]) == (str(envelope.id), incident)
    assert (request["alarm_kind"], request["urgency"]) == ("sos_press", "emergency")


def test_cut_line_is_tried_again_until_it_holds(room: DutyRoom) -> None:
    line, incident = connected(room), room.press()
    line.is_cut = True
    for seconds in (3, 5, 10, 20, 20):
        room.wait(seconds=seconds + 1)
    assert room.row("SELECT attempts FROM effects WHERE kind = 'start_ladder'")["attempts"] >= 5
    line.is_cut = False
    room.effects[START_LADDER] = LadderStart(room.work, line.send)
    room.wait(seconds=21)
    assert [request["incident"] for request in line.heard] == [incident]


def test_silent_notify_is_not_asked_by_everyone_at_once(room: DutyRoom) -> None:
    line = connected(room)
    line.is_cut = True
    incidents = [room.press(person=f"persons/made-up-{number}") for number in range(3)]
    room.wait(seconds=3)
    errors = {row["error"] for row in room.rows("SELECT error FROM effects WHERE kind = 'start_ladder'")}
    assert len(incidents) == 3
    assert errors == {"UNREACHABLE", "notify does not answer"}


def test_auditor_finds_an_incident_whose_hand_over_was_lost(room: DutyRoom) -> None:
    line, incident = connected(room), room.press()
    room.db.connection.execute(b"DELETE FROM timers WHERE kind = 'ladder'")
    room.db.push_clock(minutes=2)
    with room.work() as work:
        audit(work)
    room.wait(seconds=1)
    assert [request["incident"] for request in line.heard] == [incident]
