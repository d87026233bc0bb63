"""Storing an incident with what follows from its state: facts told, its one timer, its number."""

from chassis.work import Work
from order_service.contract import publish, uuid_of
from order_service.incident import store
from order_service.incident.domain.incident import Incident
from order_service.region.numbers import give_number_back

DEADLINE = "incident_deadline"
LADDER = "ladder"
DESK_PAGE = "desk_page"


def deadline_key(incident: str) -> str:
    return f"deadline:{incident}"


def ladder_key(incident: str) -> str:
    return f"ladder:{incident}"


def desk_page_key(incident: str) -> str:
    return f"desk-page:{incident}"


def ladder_runs(work: Work, incident: str) -> None:
    """People are being called: nobody needs to be asked or paged for that any more."""
    store.mark_ladder_started(work, incident)
    _stand_down(work, incident)


def keep(work: Work, incident: Incident, *, is_new: bool = False) -> list[str]:
    """Returns the ids of the events told. The timer always stands at the deadline."""
    if is_new:
        store.add_incident(work, incident)
    elif incident.facts:
        store.save_incident(work, incident)
    if incident.is_open:
        work.set_timer(deadline_key(incident.name), DEADLINE, incident.deadline_time, {"incident": incident.name})
    else:
        work.cancel_timer(deadline_key(incident.name))
        _stand_down(work, incident.name)
        give_number_back(work, incident.name)
    return publish(
        work,
        incident,
        region=incident.region,
        person=incident.person,
        correlation=uuid_of(incident.name),
        rule=incident.rule,
    )


def _stand_down(work: Work, incident: str) -> None:
    work.cancel_timer(ladder_key(incident))
    work.cancel_timer(desk_page_key(incident))
