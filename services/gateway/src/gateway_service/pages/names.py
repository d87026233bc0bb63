"""Display names for pages, as each reader may see them."""

from collections.abc import Iterable

from eldercare.notify.v1.notify_service_pb2 import ListParticipantsRequest
from eldercare.people.v1.person_service_pb2 import GetHomeRequest
from gateway_service.codes import last
from gateway_service.house import SignedIn
from gateway_service.problem.problem import Problem

_PURPOSE = "live_view"


async def names_in(asked: SignedIn, incident: str, wanted: Iterable[str]) -> dict[str, str]:
    """Who of these takes part in the incident, by name; who has none, or may not be told, is left out."""
    people = [each for each in wanted if each.startswith("persons/")]
    names, reader = asked.house.names, asked.caller.subject
    if any(names.known(reader, incident, person) is None for person in people):
        told = await _participants(asked, incident)
        for person in {*people, *told}:
            names.keep(reader, incident, person, told.get(person, ""))
    return {person: name for person in people if (name := names.known(reader, incident, person))}


async def name_of(asked: SignedIn, person: str) -> str:
    """Empty when it cannot be told now."""
    names, reader = asked.house.names, asked.caller.subject
    if (known := names.known(reader, "", person)) is not None:
        return known
    try:
        home = await asked.ask(asked.peers.people.GetHome, GetHomeRequest(name=person), purpose=_PURPOSE)
    except Problem:
        return ""
    names.keep(reader, "", person, home.display_name)
    return str(home.display_name)


async def _participants(asked: SignedIn, incident: str) -> dict[str, str]:
    request = ListParticipantsRequest(incident=incident)
    try:
        answer = await asked.ask(asked.peers.notify.ListParticipants, request, about=last(incident), purpose=_PURPOSE)
    except Problem:
        return {}
    return {each.person: each.display_name for each in answer.participants}
