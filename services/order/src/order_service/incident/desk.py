"""The second door: the duty desk is paged past notify when nobody is being called, or nobody does anything."""

from datetime import UTC, timedelta

from chassis.paging import Occasion, Page, page
from chassis.work import Work
from order_service.contract import to_event, uuid_of
from order_service.incident.domain.facts import DutyDeskPaged
from order_service.incident.domain.incident import Incident
from order_service.incident.store import first_alarm_of, ladder_is_needed, read_incident

DESK_AFTER = timedelta(seconds=30)
# While nobody does anything the desk is paged again, in each of these stretches since the incident opened.
AGAIN_AFTER = timedelta(minutes=5)
NO_LADDER, NOBODY_ANSWERED = "no_ladder", "nobody_answered"


def page_without_ladder(work: Work, name: str) -> None:
    """Half a minute and nobody is being called: a human is told, whatever is broken between us and notify."""
    incident = read_incident(work, name)
    if incident is not None and ladder_is_needed(work, name):
        _page(work, incident, NO_LADDER, name)


def page_again(work: Work, incident: Incident) -> None:
    """The desk was called and let the deadline pass."""
    stretch = (work.now - incident.open_time) // AGAIN_AFTER
    _page(work, incident, NOBODY_ANSWERED, f"{incident.name}:{stretch}")


def _page(work: Work, incident: Incident, reason: str, about: str) -> None:
    alarm, receive_time = first_alarm_of(work, incident.name)
    page(
        work,
        about,
        reason=reason,
        region=incident.region,
        incident=incident.name,
        number=incident.number,
        kind=incident.kind,
        cell=incident.cell,
        alarm=alarm,
        receive_time=receive_time.astimezone(UTC).isoformat(),
    )


def _nobody_is_called(work: Work, told: Page) -> bool:
    return ladder_is_needed(work, told["incident"])


def _desk_still_has_it(work: Work, told: Page) -> bool:
    incident = read_incident(work, told["incident"])
    return incident is not None and incident.is_open and incident.responsible == incident.desk


def _paged(work: Work, told: Page) -> None:
    incident = told["incident"]
    paged = DutyDeskPaged(incident=incident, desk=told["region"], reason=told["reason"], page_time=work.now)
    work.publish(
        to_event(paged),
        aggregate=f"pages/{uuid_of(incident)}",
        region=told["region"],
        correlation=uuid_of(incident),
    )


PAGES = {
    NO_LADDER: Occasion(is_needed=_nobody_is_called, taken=_paged),
    NOBODY_ANSWERED: Occasion(is_needed=_desk_still_has_it, taken=_paged),
}
