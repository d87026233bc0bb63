"""PersonService of the contract: translate in, call, translate out."""

from __future__ import annotations

from google.type.latlng_pb2 import LatLng

from chassis.rpc import Rpc, command, query
from chassis.seal import Seals
from chassis.work import Caller, Work
from eldercare.people.v1.person_pb2 import Home, Person, Provider, Region
from eldercare.people.v1.person_service_pb2 import (
    DisplayName,
    EndRoleRequest,
    ErasePersonRequest,
    GetHomeRequest,
    GetPersonRequest,
    GrantRoleRequest,
    ListDisplayNamesRequest,
    ListDisplayNamesResponse,
    ListMyEldersRequest,
    ListMyEldersResponse,
    ListPersonsRequest,
    ListPersonsResponse,
    MyElder,
    PutProviderRequest,
    PutRegionRequest,
    RegisterPersonRequest,
)
from eldercare.people.v1.person_service_pb2_grpc import PersonServiceServicer
from people_service.contract import person_message, provider_message, region_message
from people_service.entrypoints import translate
from people_service.page_token import after_token, page_token
from people_service.person import sealed_store
from people_service.person import use_cases as persons
from people_service.person.identifiers import Position
from people_service.provider.use_cases import put_provider
from people_service.reach import Reach
from people_service.region.domain import Region as RegionTold
from people_service.region.domain import Scope
from people_service.region.use_cases import put_region

DEFAULT_PAGE = 50


class PersonRpc(PersonServiceServicer):
    def __init__(self, rpc: Rpc, seals: Seals) -> None:
        self.rpc = rpc
        self.seals = seals

    @command
    def RegisterPerson(self, work: Work, request: RegisterPersonRequest) -> Person:
        told = translate.registration(request, work.now)
        return person_message(persons.register_person(work, self.seals, told, _reach(work)))

    @command
    def GrantRole(self, work: Work, request: GrantRoleRequest) -> Person:
        role = translate.role(request.role, work.now)
        return person_message(persons.grant_role(work, request.name, role, _reach(work)))

    @command
    def EndRole(self, work: Work, request: EndRoleRequest) -> Person:
        kind = translate.role_kind(request.kind)
        return person_message(persons.end_role(work, request.name, kind, request.object, _reach(work)))

    @query
    def GetPerson(self, work: Work, request: GetPersonRequest) -> Person:
        return person_message(persons.get_person(work, request.name))

    @query
    def ListPersons(self, work: Work, request: ListPersonsRequest) -> ListPersonsResponse:
        scope, after = Scope(region=request.region), after_token(request.region, request.page_token)
        found, more = persons.list_persons(work, scope, after=after, limit=request.page_size or DEFAULT_PAGE)
        token = page_token(scope.region, (found[-1].region, found[-1].name)) if more else ""
        return ListPersonsResponse(persons=[person_message(person) for person in found], next_page_token=token)

    @query
    def ListMyElders(self, work: Work, request: ListMyEldersRequest) -> ListMyEldersResponse:
        found = persons.list_my_elders(work, work.caller.subject if work.caller else "")
        elders = [MyElder(elder=person_message(elder), rights=sorted(rights)) for elder, rights in found]
        return ListMyEldersResponse(elders=elders)

    @query
    def GetHome(self, work: Work, request: GetHomeRequest) -> Home:
        known = persons.get_home(work, self.seals, request.name)
        return Home(
            position=_latlng(known.home) if known.home else None,
            address=known.address,
            access_notes=known.access_notes,
            display_name=known.display_name,
        )

    @query
    def ListDisplayNames(self, work: Work, request: ListDisplayNamesRequest) -> ListDisplayNamesResponse:
        known = sealed_store.display_names(work, self.seals, request.names)
        told = [DisplayName(person=name, display_name=known[name]) for name in request.names if name in known]
        return ListDisplayNamesResponse(display_names=told)

    @command
    def ErasePerson(self, work: Work, request: ErasePersonRequest) -> Person:
        return person_message(persons.erase_person(work, request.name, _reach(work)))

    @command
    def PutProvider(self, work: Work, request: PutProviderRequest) -> Provider:
        return provider_message(put_provider(work, translate.provider(request.provider), _reach(work)))

    @command
    def PutRegion(self, work: Work, request: PutRegionRequest) -> Region:
        told = request.region
        region = RegionTold.founded(name=told.name, display_name=told.display_name, time_zone=told.time_zone)
        return region_message(put_region(work, region))


def _reach(work: Work) -> Reach:
    return Reach.of(work.caller or Caller(subject=""))


def _latlng(position: Position) -> LatLng:
    return LatLng(latitude=position.latitude, longitude=position.longitude)
