"""The words of an incident."""

from enum import StrEnum


class IncidentState(StrEnum):
    OPEN = "open"
    CLOSED = "closed"


class Urgency(StrEnum):
    NORMAL = "normal"
    URGENT = "urgent"
    EMERGENCY = "emergency"

    @property
    def rank(self) -> int:
        return list(Urgency).index(self)


class Outcome(StrEnum):
    EMERGENCY = "emergency"
    ASSISTANCE = "assistance"
    MIS_TOUCH = "mis_touch"
    FALSE_DETECTION = "false_detection"
    TEST = "test"
    DEVICE_FAULT = "device_fault"
    UNREACHABLE_BUT_CHECKED = "unreachable_but_checked"


class Answer(StrEnum):
    SEEN = "seen"
    ON_MY_WAY = "on_my_way"
    CANNOT = "cannot"
    TAKE_OVER = "take_over"


class Reason(StrEnum):
    """Why the responsible party or its deadline changed."""

    ON_MY_WAY = "on_my_way"
    TAKE_OVER = "take_over"
    CANNOT = "cannot"
    ACCEPTED = "accepted"
    ARRIVED = "arrived"
    COMPLETED = "completed"
    MISSED = "missed"
    CANCELLED = "cancelled"
    RAISED = "raised"
    NOBODY_REACHED = "nobody_reached"
    NO_WORKER = "no_worker"
    DEADLINE_PASSED = "deadline_passed"


# Held by who is there, or by an operator who took it over: more than anybody's promise to come.
HELD = frozenset({Reason.ARRIVED, Reason.COMPLETED, Reason.TAKE_OVER})
