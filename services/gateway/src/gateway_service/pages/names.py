"""Display names for pages, as each reader may see them."""

from collections.abc import Iterable

from eldercare.notify.v1.notify_service_pb2 import ListParticipantsRequest
from eldercare.people.v1.person_service_pb2 import ListDisplayNamesRequest
from gateway_service.codes import last
from gateway_service.house import SignedIn
from gateway_service.problem.problem import Problem

LIVE_VIEW = "live_view"
_AT_ONCE = 100


async def names_in(asked: SignedIn, incident: str, wanted: Iterable[str]) -> dict[str, str]:
    """Who of these takes part in the incident, by name; who has none, or may not be told, is left out."""
    people = [each for each in wanted if each.startswith("persons/")]
    names, reader = asked.house.names, asked.caller.subject
    if any(names.known(reader, incident, person) is None for person in people):
        told = await _participants(asked, incident)
        for person in {*people, *told}:
            names.keep(reader, incident, person, told.get(person, ""))
    return {person: name for person in people if (name := names.known(reader, incident, person))}


async def names_of(asked: SignedIn, wanted: Iterable[str], *, purpose: str = LIVE_VIEW) -> dict[str, str]:
    """What these are called; who has no name, or may not be known or told now, is left out."""
    people = list(dict.fromkeys(wanted))
    names, reader = asked.house.names, asked.caller.subject
    if unknown := [person for person in people if names.known(reader, "", person) is None][:_AT_ONCE]:
        told = await _display_names(asked, unknown, purpose)
        for person in unknown:
            names.keep(reader, "", person, told.get(person, ""))
    return {person: name for person in people if (name := names.known(reader, "", person))}


async def _display_names(asked: SignedIn, people: list[str], purpose: str) -> dict[str, str]:
    request = ListDisplayNamesRequest(names=people)
    try:
        answer = await asked.ask(asked.peers.people.ListDisplayNames, request, purpose=purpose)
    except Problem:
        return {}
    return {each.person: each.display_name for each in answer.display_names}


async def _participants(asked: SignedIn, incident: str) -> dict[str, str]:
    request = ListParticipantsRequest(incident=incident)
    try:
        answer = await asked.ask(asked.peers.notify.ListParticipants, request, about=last(incident), purpose=LIVE_VIEW)
    except Problem:
        return {}
    return {each.person: each.display_name for each in answer.participants}
