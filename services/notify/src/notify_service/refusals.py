"""Refusals of the domains: what a caller is told."""

from __future__ import annotations

from chassis.refusal import Refusals
from notify_service.contact.domain import ContactPointNotUsable, QuietHoursNotUsable
from notify_service.ladder.domain.ladder import (
    CallerCannotCome,
    CallerHasNoPart,
    IncidentIsClosed,
    TakeOverIsForOperators,
)

REFUSALS: Refusals = {
    ContactPointNotUsable: (
        "INVALID_ARGUMENT",
        "A contact point does not fit its channel: phone numbers as +86…, mail as name@host, webhooks as https URL.",
    ),
    QuietHoursNotUsable: ("INVALID_ARGUMENT", "Quiet hours are two hours of the day, such as 22-07."),
    IncidentIsClosed: ("FAILED_PRECONDITION", "The incident is closed; there is nothing left to answer."),
    TakeOverIsForOperators: (
        "PERMISSION_DENIED",
        "Only an operator of the region can take over. Answer on_my_way if you are going.",
    ),
    CallerHasNoPart: (
        "PERMISSION_DENIED",
        "Only who is called for this incident, a worker with its order and the duty desk can say they are going.",
    ),
    CallerCannotCome: ("FAILED_PRECONDITION", "The person who needs help cannot be the one who comes."),
}
