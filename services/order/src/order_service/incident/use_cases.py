"""Who answers for an incident, and how it ends."""

import structlog

from chassis.refusal import NotFound
from chassis.work import Work
from order_service.incident import store
from order_service.incident.domain.incident import Incident
from order_service.incident.domain.refusals import NotYourIncident
from order_service.incident.domain.words import Answer, Outcome
from order_service.incident.keeping import keep
from order_service.visit.store import orders_of

log = structlog.get_logger(__name__)


def take_answer(work: Work, name: str, person: str, answer: Answer, *, is_operator: bool) -> None:
    """A person answered notify's call."""
    incident = store.load_incident(work, name)
    if incident is None:
        log.warning("answer.without_incident", incident=name)
        return
    incident.answer(person, answer, is_operator=is_operator, now=work.now)
    keep(work, incident)


def take_over(work: Work, name: str, operator: str) -> Incident:
    incident = _load(work, name)
    incident.take_over(operator, work.now)
    keep(work, incident)
    return incident


def nobody_reached(work: Work, name: str) -> None:
    incident = store.load_incident(work, name)
    if incident is None:
        log.warning("ladder.without_incident", incident=name)
        return
    incident.nobody_reached(work.now)
    keep(work, incident)


def close_incident(work: Work, name: str, outcome: Outcome, *, closer: str, is_operator: bool) -> Incident:
    """An operator of the region, or the worker who was sent, says what it was."""
    incident = _load(work, name)
    orders = orders_of(work, name)
    if not is_operator and not any(order.worker == closer for order in orders):
        raise NotYourIncident(incident=name)
    unfinished = [order.name for order in orders if not order.is_finished]
    incident.close(outcome, closer=closer, unfinished=unfinished, now=work.now)
    keep(work, incident)
    return incident


def _load(work: Work, name: str) -> Incident:
    incident = store.load_incident(work, name)
    if incident is None:
        raise NotFound(name)
    return incident
