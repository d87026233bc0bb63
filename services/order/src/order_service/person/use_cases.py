"""Keeping order's own copy of persons and providers."""

from chassis import subject_keys
from chassis.work import Work
from order_service.duty.store import forget_duty
from order_service.person import store
from order_service.person.domain import Person, Provider


def learn_person(work: Work, person: Person) -> None:
    store.save_person(work, person)


def forget_person(work: Work, name: str, version: int) -> None:
    store.erase_person(work, name, version)
    forget_duty(work, name)
    subject_keys.destroy(work, name)


def learn_provider(work: Work, provider: Provider) -> None:
    store.save_provider(work, provider)
