"""Every half minute: is there an open ladder that nobody will walk, or a message that nobody sends?"""

from __future__ import annotations

import structlog
from prometheus_client import Gauge

from chassis.work import Work
from notify_service.ladder import store as ladders
from notify_service.ladder.carry_out import set_step_timer
from notify_service.message import store as messages

log = structlog.get_logger(__name__)

PENDING_S = 60
_STRANDED = Gauge("eldercare_notify_ladders_stranded", "Open ladders found without a next step")
_OPEN = Gauge("eldercare_notify_ladders_open", "Ladders that are being walked")
_OVERDUE = Gauge("eldercare_notify_messages_overdue", "Messages that should have been sent a minute ago")


def audit(work: Work) -> None:
    """Sets a lost timer again: the ladder goes on by itself, and someone is told why it had stopped."""
    stranded = ladders.stranded(work)
    _STRANDED.set(len(stranded))
    for incident in stranded:
        log.error("ladder.stranded", incident=incident)
        loaded = ladders.load(work, incident)
        if loaded is not None:
            set_step_timer(work, loaded)
    _OPEN.set(ladders.count_open(work))
    overdue = messages.overdue(work, PENDING_S)
    _OVERDUE.set(overdue)
    if overdue:
        log.error("message.overdue", count=overdue)
