"""Event → use case. Loaded by nameko's process and by core's retries: neither nameko nor grpc in here."""

from chassis.subscriber import Handlers
from chassis.work import Work
from eldercare.device.v1.events_pb2 import AlarmRaised
from eldercare.notify.v1.events_pb2 import AnswerGiven, LadderStarted, NobodyReached
from eldercare.notify.v1.message_pb2 import AnswerKind
from eldercare.people.v1 import person_pb2
from eldercare.people.v1.events_pb2 import PersonChanged, PersonErased, ProviderChanged
from order_service.incident.alarms import take_alarm
from order_service.incident.domain.alarm import Alarm
from order_service.incident.domain.words import Answer
from order_service.incident.keeping import ladder_runs
from order_service.incident.use_cases import nobody_reached, take_answer
from order_service.moments import moment
from order_service.person.domain import Person, Provider, Role, RoleKind
from order_service.person.use_cases import forget_person, learn_person, learn_provider

_ANSWERS = {
    AnswerKind.ANSWER_KIND_SEEN: Answer.SEEN,
    AnswerKind.ANSWER_KIND_ON_MY_WAY: Answer.ON_MY_WAY,
    AnswerKind.ANSWER_KIND_CANNOT: Answer.CANNOT,
    AnswerKind.ANSWER_KIND_TAKE_OVER: Answer.TAKE_OVER,
}
_ROLES = {
    person_pb2.ROLE_KIND_ELDER: RoleKind.ELDER,
    person_pb2.ROLE_KIND_FAMILY: RoleKind.FAMILY,
    person_pb2.ROLE_KIND_WORKER: RoleKind.WORKER,
    person_pb2.ROLE_KIND_VOLUNTEER: RoleKind.VOLUNTEER,
    person_pb2.ROLE_KIND_OPERATOR: RoleKind.OPERATOR,
    person_pb2.ROLE_KIND_SUPERVISOR: RoleKind.SUPERVISOR,
}


def on_alarm_raised(work: Work, event: AlarmRaised) -> None:
    alarm = Alarm(
        name=event.alarm,
        kind=event.kind,
        device=event.device,
        person=event.person,
        place=event.place,
        region=event.region,
        cell=event.cell,
        receive_time=moment(event.receive_time) or work.now,
        archived=event.archived,
    )
    take_alarm(work, alarm, work.context.correlation)


def on_answer_given(work: Work, event: AnswerGiven) -> None:
    answer = _ANSWERS.get(event.answer)
    if answer is not None:
        take_answer(work, event.incident, event.person, answer, is_operator=event.is_operator)


def on_nobody_reached(work: Work, event: NobodyReached) -> None:
    nobody_reached(work, event.incident)


def on_ladder_started(work: Work, event: LadderStarted) -> None:
    ladder_runs(work, event.incident)


def on_person_changed(work: Work, event: PersonChanged) -> None:
    learn_person(work, _person(event.person))


def on_person_erased(work: Work, event: PersonErased) -> None:
    forget_person(work, event.person, event.version)


def on_provider_changed(work: Work, event: ProviderChanged) -> None:
    told = event.provider
    classes = tuple(told.service_classes)
    learn_provider(work, Provider(name=told.name, region=told.region, version=told.version, service_classes=classes))


def _person(told: person_pb2.Person) -> Person:
    """Roles and certificates of a later contract that order does not know are left out."""
    expiries = ((each.kind, moment(each.expire_time)) for each in told.certificates)
    return Person(
        name=told.name,
        region=told.region,
        home_cell=told.home_cell,
        version=told.version,
        roles=tuple(_role(role) for role in told.roles if role.kind in _ROLES),
        certificates=tuple((kind, expiry) for kind, expiry in expiries if expiry is not None),
        skills=tuple(told.skills),
    )


def _role(told: person_pb2.Role) -> Role:
    return Role(
        kind=_ROLES[told.kind],
        object=told.object,
        start_time=moment(told.start_time),
        end_time=moment(told.end_time),
        rights=tuple(told.rights),
    )


HANDLERS: Handlers = {
    AlarmRaised: on_alarm_raised,
    AnswerGiven: on_answer_given,
    NobodyReached: on_nobody_reached,
    LadderStarted: on_ladder_started,
    PersonChanged: on_person_changed,
    PersonErased: on_person_erased,
    ProviderChanged: on_provider_changed,
}
