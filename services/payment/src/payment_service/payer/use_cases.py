"""Binding whoever pays the secure part for an elder."""

from __future__ import annotations

from chassis.access import covers
from chassis.refusal import Refusal
from chassis.seal import Seals
from chassis.subject_keys import SubjectErased
from chassis.work import Work
from payment_service.payer import store as payers
from payment_service.person import store as persons


class PayRightMissing(Refusal):
    """Family may see; to pay takes the right."""

    status = "PERMISSION_DENIED"
    sentence = "You may pay for this person once the right to pay is given to you."


class PersonIsErased(Refusal):
    """Nothing can be bound to a person that is gone."""

    sentence = "This person was erased; only figures are left."


def put_payer(work: Work, seals: Seals, *, person: str, processor: str, token: str) -> str:
    by = work.caller.subject if work.caller else work.context.actor
    rights = persons.family_of(work, person).get(by)
    if by != person and rights is not None and "pay" not in rights and not _is_operator_of(work, person):
        raise PayRightMissing(person=person)
    try:
        return payers.put(work, seals, person=person, processor=processor, token=token, put_by=by)
    except SubjectErased as erased:
        raise PersonIsErased(person=person) from erased


def _is_operator_of(work: Work, person: str) -> bool:
    home = persons.region_of(work, person) or ""
    return work.caller is not None and any(covers(own, home) for own in work.caller.objects_of("operator"))
