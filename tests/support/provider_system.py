"""Providers of a story, each with a worker and a system of its own that speaks with an API key."""

from collections.abc import Iterator
from contextlib import contextmanager

from eldercare.order.v1.order_pb2 import Amount, Item
from eldercare.order.v1.order_service_pb2 import PutItemRequest
from eldercare.order.v1.provider_service_pb2 import WatchOffersRequest, WatchOffersResponse
from eldercare.payment.v1.statement_service_pb2 import ListSettlementStatementsRequest, SettlementStatement
from eldercare.people.v1.api_key_service_pb2 import IssueApiKeyRequest
from eldercare.people.v1.person_pb2 import Identifiers, Person, Provider, Role, RoleKind
from eldercare.people.v1.person_service_pb2 import PutProviderRequest, RegisterPersonRequest
from suite import cast
from suite.phone import Phone, as_suite, as_system, new_request
from suite.waiting import until
from tests.support.house import House

WINDOWS = "items/windows"
SCOPES = ("orders.read", "orders.write", "settlements.read")


def system_of(house: House, provider: str) -> Phone:
    """The duty desk issues a key, and the provider's system trades it."""
    request = IssueApiKeyRequest(request_id=new_request(), provider=provider, scopes=SCOPES, days=1)
    secret = house.phone(cast.OPERATOR).api_keys.IssueApiKey(request).secret
    return as_system(house.state.rpc, secret)


def offer_to_providers(house: House) -> None:
    """An item of the catalogue that providers do, at 8 yuan a minute."""
    price, cap = Amount(minor=800, asset="CNY"), Amount(minor=12_000, asset="CNY")
    item = Item(
        name=WINDOWS,
        service_class="cleaning",
        price_per_minute=price,
        price_cap=cap,
        planned_minutes=60,
        by_provider=True,
    )
    house.phone(cast.OPERATOR).catalogue.PutItem(PutItemRequest(request_id=new_request(), item=item))


def found(house: House, who: str, service_class: str) -> str:
    """A further provider with one worker; order has heard of both."""
    name, worker = cast.name_of("providers", who), cast.name_of("persons", f"{who}-worker")
    provider = Provider(name=name, region=cast.CITY, display_name="made up", service_classes=[service_class])
    role = Role(kind=RoleKind.ROLE_KIND_WORKER, object=name)
    person = Person(name=worker, region=cast.REGION, roles=[role], language="en")
    register = RegisterPersonRequest(
        request_id=new_request(), person=person, identifiers=Identifiers(display_name="made up")
    )
    suite = as_suite(house.state.rpc, house.box.place.run_dir / "keys")
    suite.people.PutProvider(PutProviderRequest(request_id=new_request(), provider=provider))
    suite.people.RegisterPerson(register)
    suite.close()
    known = "SELECT 1 FROM person_roles r JOIN providers v ON v.name = r.object WHERE r.person = %s"
    order = house.journals.connections["order"]
    until(lambda: order.execute(known, [worker]).fetchall(), "order knows the provider and its worker")
    return name


@contextmanager
def news(system: Phone) -> Iterator[Iterator[WatchOffersResponse]]:
    """What the provider is told, heartbeats left out, for as long as the line is held."""
    call = system.provider.WatchOffers(WatchOffersRequest(), timeout=60)
    yield (told for told in call if told.news)
    call.cancel()


def statements(system: Phone) -> list[SettlementStatement]:
    return list(system.statements.ListSettlementStatements(ListSettlementStatementsRequest(page_size=100)).statements)
