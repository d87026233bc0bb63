"""What an order's and a payment's facts mean to people: who is told what."""

from __future__ import annotations

from collections.abc import Sequence

from chassis.work import Work
from eldercare.device.v1.events_pb2 import DutyDeskPaged
from eldercare.order.v1 import events_pb2 as order
from eldercare.payment.v1 import events_pb2 as payment
from notify_service.contact.domain import Channel
from notify_service.contact.store import nearest_desk
from notify_service.message.domain import CALL, NEWS, OFFER, WRITTEN, Template
from notify_service.message.store import Notice
from notify_service.message.use_cases import tell
from notify_service.relation.store import family_of, family_with
from notify_service.timeline import store
from notify_service.timeline.lines import amount, last, time
from notify_service.timeline.store import Thread
from notify_service.timeline.use_cases import order_thread


def order_offered(work: Work, event: order.OrderOffered) -> None:
    thread = order_thread(work, event)
    store.put_offered(work, event.order, event.workers)
    deadline = time(event.deadline_time)  # a later round asks ring by ring again: its deadline tells it from the first
    occasion = f"ring:{event.ring}:{deadline}"
    notice = _notice(work, thread, Template.ORDER_OFFERED, occasion=occasion, deadline_time=deadline)
    tell(work, event.workers, notice, (*OFFER, Channel.VOICE) if event.urgent else OFFER)


def order_accepted(work: Work, event: order.OrderAccepted) -> None:
    thread = order_thread(work, event)
    store.end_offers(work, event.order, event.stood_down)
    tell(work, event.stood_down, _notice(work, thread, Template.OFFER_GONE), WRITTEN)
    notice = _notice(work, thread, Template.WORKER_COMING, is_urgent=event.urgent, who=event.worker)
    tell(work, _household(work, thread), notice, WRITTEN if event.urgent else NEWS)


def worker_replaced(work: Work, event: order.WorkerReplaced) -> None:
    thread = order_thread(work, event)
    told = str(work.event.id) if work.event else ""
    tell(work, [event.former_worker], _notice(work, thread, Template.OFFER_GONE, occasion=told), WRITTEN)
    notice = _notice(work, thread, Template.WORKER_REPLACED, occasion=told, is_urgent=event.urgent, who=event.worker)
    tell(work, _household(work, thread), notice, WRITTEN if event.urgent else NEWS)


def order_unanswered(work: Work, event: order.OrderUnanswered) -> None:
    thread = store.thread_of(work, event.order)
    deadline = time(event.deadline_time)
    notice = _notice(work, thread, Template.ORDER_UNANSWERED, occasion=deadline, deadline_time=deadline)
    region = event.responsible if event.responsible.startswith("regions/") else notice.region
    call_desk(work, region, notice)


def order_overdue(work: Work, event: order.OrderOverdue) -> None:
    thread = store.thread_of(work, event.order)
    notice = _notice(work, thread, Template.ORDER_OVERDUE, occasion=time(event.deadline_time), who=event.worker)
    call_desk(work, event.responsible if event.responsible.startswith("regions/") else notice.region, notice)


def worker_arrived(work: Work, event: order.WorkerArrived) -> None:
    thread = store.thread_of(work, event.order)
    notice = _notice(work, thread, Template.WORKER_ARRIVED, is_urgent=bool(thread.incident), who=event.worker)
    tell(work, _household(work, thread), notice, NEWS)


def service_completed(work: Work, event: order.ServiceCompleted) -> None:
    thread = store.thread_of(work, event.order)
    notice = _notice(
        work,
        thread,
        Template.SERVICE_COMPLETED,
        is_urgent=False,
        minutes=str(event.verified_minutes),
        price_amount=amount(event.price),
        confirm_time=time(event.confirm_due_time),
    )
    tell(work, [*family_with(work, _person(work, thread), "confirm"), _person(work, thread)], notice, NEWS)


def order_missed(work: Work, event: order.OrderMissed) -> None:
    store.end_order(work, event.order)
    thread = store.thread_of(work, event.order)
    notice = _notice(work, thread, Template.ORDER_MISSED, is_urgent=bool(thread.incident))
    tell(work, _household(work, thread), notice, NEWS)


def order_cancelled(work: Work, event: order.OrderCancelled) -> None:
    store.end_order(work, event.order)
    thread = store.thread_of(work, event.order)
    tell(work, [event.worker], _notice(work, thread, Template.ORDER_WITHDRAWN), WRITTEN)
    tell(work, _household(work, thread), _notice(work, thread, Template.ORDER_CANCELLED, is_urgent=False), NEWS)


def payment_settled(work: Work, event: payment.PaymentSettled) -> None:
    thread = store.thread_of(work, event.order)
    notice = _notice(
        work,
        thread,
        Template.PAYMENT_SETTLED,
        is_urgent=False,
        price_amount=amount(event.price),
        voucher_amount=amount(event.voucher_part),
        secure_amount=amount(event.secure_part),
        claim_amount=amount(event.claim_part),
    )
    tell(work, family_with(work, _person(work, thread), "pay") or [_person(work, thread)], notice, NEWS)


def hold_refused(work: Work, event: payment.HoldRefused) -> None:
    thread = store.thread_of(work, event.order)
    notice = _notice(work, thread, Template.HOLD_REFUSED, is_urgent=False, claim_amount=amount(event.claim_part))
    tell(work, family_with(work, _person(work, thread), "pay") or [_person(work, thread)], notice, NEWS)


def alarm_not_taken_up(work: Work, event: DutyDeskPaged) -> None:
    page_desk(work, event.alarm, event.region)


def page_desk(work: Work, alarm: str, region: str) -> None:
    """Device found no incident for its alarm: by the event or by its own call, the desk is paged once."""
    thread = store.thread_of(work, alarm)
    notice = Notice(
        template=Template.DESK_PAGED,
        params={"number": last(alarm)[-6:], "kind": thread.params.get("kind", "")},
        region=region,
        person=thread.person,
        correlation=work.context.correlation,
        incident=thread.incident,
        occasion=alarm,
    )
    call_desk(work, region, notice)


def call_desk(work: Work, region: str, notice: Notice) -> None:
    """The nearest duty desk at or above the region."""
    tell(work, [nearest_desk(work, region) or region], notice, CALL)


def _notice(
    work: Work, thread: Thread, template: Template, *, occasion: str = "", is_urgent: bool = True, **params: str
) -> Notice:
    person = _person(work, thread)
    return Notice(
        template=template,
        params={"number": thread.number, "elder": person} | params,
        region=thread.region or work.context.region,
        person=person,
        correlation=work.context.correlation,
        incident=thread.incident,
        order=thread.noun,
        occasion=occasion,
        is_urgent=is_urgent,
    )


def _person(work: Work, thread: Thread) -> str:
    return thread.person or work.context.person


def _household(work: Work, thread: Thread) -> Sequence[str]:
    """The family, and the elder."""
    person = _person(work, thread)
    return [*family_of(work, person), person] if person else []
