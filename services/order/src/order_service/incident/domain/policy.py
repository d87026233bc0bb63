"""What each kind of alarm asks for: how urgent, which service, how fast someone must answer.

Answer times follow the field's norm: 97.5 % of alarm calls answered within 60 s, 99 % within 180 s.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta

from order_service.incident.domain.words import Urgency

URGENT_VISIT = "items/urgent-visit"
NO_ITEM = ""

# About the device itself: upkeep, nobody is in danger.
DEVICE_KINDS = frozenset(
    {
        "taken_off",
        "tamper",
        "device_fault",
        "link_lost",
        "link_back",
        "power_fail",
        "power_restored",
        "low_power",
        "test_call",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    kind: str
    urgency: Urgency
    item: str
    answer: timedelta
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """How long each promise holds before the duty desk has the incident back."""

    on_my_way: timedelta = timedelta(minutes=30)
    take_over: timedelta = timedelta(minutes=15)
    closing: timedelta = timedelta(minutes=15)
    visit: timedelta = timedelta(hours=2)


TERMS = Terms()

_URGENCIES = {
    Urgency.EMERGENCY: (60, "sos_press fall smoke gas carbon_monoxide heat generic_alarm unrecognised"),
    Urgency.URGENT: (
        180,
        "flood bogus_caller vital_out_of_range bed_exit bed_absence room_overstay inactivity wander geofence_exit",
    ),
    Urgency.NORMAL: (600, "geofence_enter medicine_missed incontinence responder_present intervention_done"),
}
# News of someone who is already there, or of a way home: told to the desk, nobody is sent.
_NOBODY_SENT = frozenset({"geofence_enter", "responder_present", "intervention_done"})


def _policy(kind: str, urgency: Urgency, answer_s: int) -> Policy:
    item = NO_ITEM if kind in _NOBODY_SENT else URGENT_VISIT
    return Policy(kind=kind, urgency=urgency, item=item, answer=timedelta(seconds=answer_s), rule=f"policy:{kind}/1")


POLICIES: Mapping[str, Policy] = {
    kind: _policy(kind, urgency, answer_s)
    for urgency, (answer_s, kinds) in _URGENCIES.items()
    for kind in kinds.split()
}


def is_about_device(kind: str) -> bool:
    return kind in DEVICE_KINDS


def policy_of(kind: str, *, archived: bool) -> Policy:
    """A kind without a policy is urgent. Old news is answered in ten minutes and still sends someone."""
    policy = POLICIES.get(kind) or replace(_policy(kind, Urgency.URGENT, 180), rule="policy:unknown/1")
    if not archived:
        return policy
    return replace(policy, urgency=Urgency.NORMAL, answer=timedelta(minutes=10), rule=f"{policy.rule}+archived")
