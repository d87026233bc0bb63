from datetime import timedelta

import pytest

from order_service.catalogue.domain import Item, PriceNotPayable
from order_service.duty.domain import Duty, NotOnDuty, NoWorker
from order_service.task.domain import Task, TaskAlreadyDone
from order_service.visit.domain.amount import Amount
from services.order.tests.cast import BO, GARDEN, MORNING


def test_only_who_may_serve_goes_on_duty() -> None:
    with pytest.raises(NoWorker):
        Duty(worker=BO.name).go_on("wtw3sjq", may_serve=False, now=MORNING)


def test_who_is_not_on_duty_reports_nothing() -> None:
    with pytest.raises(NotOnDuty):
        Duty(worker=BO.name).report("wtw3sjq", MORNING)


@pytest.mark.parametrize(
    ("cell", "seconds", "kept"), [("wtw3sjq", 30, False), ("wtw3sjr", 30, True), ("wtw3sjq", 60, True)]
)
def test_position_is_kept_when_the_cell_changes_or_a_minute_has_passed(cell: str, seconds: int, *, kept: bool) -> None:
    duty = Duty(worker=BO.name, on_duty=True, since_time=MORNING, cell="wtw3sjq", position_time=MORNING)
    duty.report(cell, MORNING + timedelta(seconds=seconds))
    assert duty.is_changed is kept


def test_going_on_twice_keeps_the_first_hour_and_going_off_twice_is_going_off() -> None:
    duty = Duty(worker=BO.name)
    duty.go_on("wtw3sjq", may_serve=True, now=MORNING)
    duty.go_on("wtw3sjr", may_serve=True, now=MORNING + timedelta(hours=1))
    assert (duty.since_time, duty.cell) == (MORNING, "wtw3sjr")
    duty.go_off()
    duty.go_off()
    assert (duty.on_duty, duty.since_time) == (False, None)


def test_task_that_is_done_takes_no_more_alarms() -> None:
    task = Task.open(name="tasks/x", device="devices/x", region=GARDEN, kind="low_power", alarm="alarms/1", now=MORNING)
    assert task.deadline_time == MORNING + timedelta(hours=24)
    task.complete(MORNING)
    with pytest.raises(TaskAlreadyDone):
        task.attach("alarms/2")
    with pytest.raises(TaskAlreadyDone):
        task.complete(MORNING)


@pytest.mark.parametrize(("minute", "cap", "asset"), [(100, 99, "CNY"), (-1, 5, "CNY"), (1, 5, "HOURS")])
def test_price_that_cannot_be_paid_is_refused(minute: int, cap: int, asset: str) -> None:
    with pytest.raises(PriceNotPayable):
        Item(
            name="items/x",
            service_class="meals",
            price_per_minute=Amount(minor=minute, asset=asset),
            price_cap=Amount(minor=cap, asset="CNY"),
            planned_minutes=10,
        )
