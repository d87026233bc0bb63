"""Every refusal of order's domains: its code and a sentence a person can act on."""

from collections.abc import Mapping

from order_service.catalogue import domain as catalogue
from order_service.duty import domain as duty
from order_service.incident.domain import refusals as incident
from order_service.task import domain as task
from order_service.visit.domain import refusals as visit

_LATE, _WRONG, _DENIED = "FAILED_PRECONDITION", "INVALID_ARGUMENT", "PERMISSION_DENIED"

REFUSALS: Mapping[type[Exception], tuple[str, str]] = {
    visit.OfferGone: (_LATE, "Another worker has the order. Thank you for answering."),
    visit.NotOffered: (_LATE, "This order is not offered to you now."),
    visit.NotYourVisit: (_DENIED, "This order is another worker's."),
    visit.OrderNotThere: (_LATE, "The order is in another state; read it again before the next step."),
    visit.OrderNotCancellable: (
        _LATE,
        "Someone is already there or it is done; only the duty desk can stop a running visit.",
    ),
    visit.WorkerIsThere: (_LATE, "The worker is there already; this visit is not given to another one."),
    visit.WorkerBusy: (_LATE, "You have another order. Finish it first, or ask the duty desk to move it."),
    visit.WorkerNotQualified: (_LATE, "A certificate, skill or employer this order needs is missing or has ended."),
    visit.PositionTooVague: (_LATE, "The position is too vague. Step outside for a moment, or use the elder's code."),
    visit.PositionTooOld: (_LATE, "The position is too old. Wait for a fresh one, or use the elder's code."),
    visit.PositionTooFar: (_LATE, "You are not near enough yet. At the door, the elder's code counts as well."),
    visit.ArrivalNotProven: (_WRONG, "Send a position with its accuracy, or the elder's code."),
    visit.VisitCodeWrong: (_LATE, "This is not the code of this visit. Ask the elder to read it again."),
    visit.VisitCodeLocked: (_LATE, "Too many wrong codes. Send a position, or call the duty desk to confirm."),
    visit.RightMissing: (_DENIED, "Only the elder, family with the right to confirm, or the duty desk confirms."),
    visit.AlreadyRated: (_LATE, "This order was rated already; a rating stands."),
    visit.BookTimePassed: (_WRONG, "The wished start is in the past."),
    visit.NumberMisheard: (_WRONG, "The check digits do not fit the number. Ask for it once more, digit by digit."),
    visit.NoElder: (_LATE, "Services are ordered for persons registered as elders."),
    incident.IncidentAlreadyClosed: (_LATE, "The incident is closed already; a new alarm opens a new one."),
    incident.OrderUnfinished: (_LATE, "An order of this incident still runs. Finish or cancel it first."),
    incident.NotYourIncident: (_DENIED, "Only the worker who was sent, or the duty desk, closes an incident."),
    task.TaskAlreadyDone: (_LATE, "This task is done already."),
    duty.NoWorker: (_LATE, "Only workers and volunteers go on duty; your role is not known here yet, or has ended."),
    duty.NotOnDuty: (_LATE, "Go on duty first."),
    catalogue.CatalogueIsCitywide: (_DENIED, "The catalogue holds for the whole city; ask an operator of the city."),
    catalogue.PriceNotPayable: (_WRONG, "Price and cap need one asset, and the cap covers at least one minute."),
}
