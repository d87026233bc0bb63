"""An alarm comes in, by event or by rpc: it opens the incident of its subject, joins it, or becomes upkeep."""

from datetime import timedelta

from chassis.ids import uuid7
from chassis.work import Work
from order_service.incident import store
from order_service.incident.domain.alarm import Alarm
from order_service.incident.domain.incident import Incident
from order_service.incident.domain.policy import is_about_device, policy_of
from order_service.incident.keeping import LADDER, keep, ladder_key
from order_service.incident.ladder import ladder_request
from order_service.region.numbers import take_number
from order_service.task.use_cases import take_device_alarm
from order_service.visit.domain.number import incident_number
from order_service.visit.placing import place_for_incident
from order_service.visit.store import orders_of

HAND_OVER_AFTER = timedelta(seconds=2)


def take_alarm(work: Work, alarm: Alarm, correlation: str) -> str:
    """The name of the incident or task the alarm belongs to; the same however often it is brought."""
    is_upkeep = is_about_device(alarm.kind)
    store.lock_subject(work, alarm.device if is_upkeep else alarm.subject)
    home = store.home_of(work, alarm.name)
    if home is not None:
        return home
    if is_upkeep:
        return take_device_alarm(work, alarm).name
    incident = store.find_open(work, alarm.subject)
    if incident is None:
        return _open(work, alarm, correlation).name
    _attach(work, incident, alarm)
    return incident.name


def _open(work: Work, alarm: Alarm, correlation: str) -> Incident:
    name = _name_for(work, correlation)
    number = take_number(
        work, region=alarm.region, holder=name, write=lambda serial, digits: incident_number(serial, digits=digits)
    )
    incident = Incident.open(alarm, name=name, number=number, now=work.now)
    opened, *_ = keep(work, incident, is_new=True)
    store.settle_alarm(work, alarm, name)
    work.set_timer(
        ladder_key(name),
        LADDER,
        work.now + HAND_OVER_AFTER,
        ladder_request(incident, alarm.kind, alarm.receive_time, opened),
    )
    if incident.policy.item:
        place_for_incident(work, incident, incident.policy)
    return incident


def _attach(work: Work, incident: Incident, alarm: Alarm) -> None:
    incident.attach(alarm, work.now)
    store.settle_alarm(work, alarm, incident.name)
    orders = orders_of(work, incident.name)
    policy = policy_of(alarm.kind, archived=alarm.archived)
    # Help that was sent may have come after an old alarm; where nobody was ever sent, an old one sends too.
    is_unmet = not orders or (not alarm.archived and all(order.is_finished for order in orders))
    must_send = policy.item != "" and is_unmet
    if must_send and any(order.worker == incident.responsible for order in orders):
        incident.sent_again(work.now)
    keep(work, incident)
    if must_send:
        place_for_incident(work, incident, policy)


def _name_for(work: Work, correlation: str) -> str:
    """The frame's own id; a new one when an earlier incident of that frame is closed already."""
    name = f"incidents/{correlation}"
    return name if correlation and not store.exists(work, name) else f"incidents/{uuid7()}"
