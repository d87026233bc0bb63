"""Made-up people of a made-up community, and what a test says about them in one line."""

from __future__ import annotations

from datetime import UTC, datetime

from chassis.seal import Seals
from chassis.work import Caller, Work
from people_service.person.domain import Person, Traits
from people_service.person.identifiers import Identifiers, Position
from people_service.person.use_cases import Registration, register_person
from people_service.provider.domain import Provider
from people_service.provider.use_cases import put_provider
from people_service.reach import EVERYWHERE, Reach
from people_service.region.domain import Region
from people_service.region.use_cases import put_region
from people_service.role.domain import Role, RoleKind

CITY = "regions/demo-city"
LAKE = f"{CITY}/lake-district"
PLUM_STREET = f"{LAKE}/plum-street"
PLUM_GARDEN = f"{PLUM_STREET}/plum-garden"
PEAR_GARDEN = f"{PLUM_STREET}/pear-garden"
HILL = f"{CITY}/hill-district"
TREE = (CITY, LAKE, PLUM_STREET, PLUM_GARDEN, PEAR_GARDEN, HILL)

GRANNY_WEN = "persons/00000000-0000-7000-8000-000000000001"
DAUGHTER_WEN = "persons/00000000-0000-7000-8000-000000000002"
NURSE_TAO = "persons/00000000-0000-7000-8000-000000000003"
OPERATOR_MEI = "persons/00000000-0000-7000-8000-000000000004"
MAYOR_HE = "persons/00000000-0000-7000-8000-000000000005"
UNCLE_BAI = "persons/00000000-0000-7000-8000-000000000006"
PLUM_CARE = "providers/00000000-0000-7000-8000-0000000000a1"

HOME = Position(latitude=30.25123, longitude=120.16456)
MONDAY = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


def put_tree(work: Work, *regions: str) -> None:
    for name in regions or TREE:
        put_region(work, Region.founded(name=name, display_name=name.title(), time_zone="Asia/Shanghai"))


def put_plum_care(work: Work, region: str = LAKE) -> Provider:
    told = Provider.founded(name=PLUM_CARE, region=region, display_name="Plum Care", service_classes=("emergency",))
    return put_provider(work, told, EVERYWHERE)


def told(
    name: str,
    *roles: Role,
    region: str = PLUM_GARDEN,
    home: Position | None = None,
    phone: str = "",
    display_name: str = "Somebody Made-Up",
    traits: Traits | None = None,
) -> Registration:
    return Registration(
        name=name,
        region=region,
        roles=roles,
        traits=traits or Traits(),
        identifiers=Identifiers(
            display_name=display_name,
            phone=phone,
            home=home,
            address="9 Imagined Lane" if home else "",
            access_notes="key safe 0000" if home else "",
        ),
    )


def register(work: Work, seals: Seals, registration: Registration, reach: Reach = EVERYWHERE) -> Person:
    return register_person(work, seals, registration, reach)


def elder_since(start: datetime) -> Role:
    return Role.granted(RoleKind.ELDER, start=start)


def register_granny(work: Work, seals: Seals, *, phone: str = "", region: str = PLUM_GARDEN) -> Person:
    return register(work, seals, told(GRANNY_WEN, elder_since(work.now), home=HOME, phone=phone, region=region))


def operating(*regions: str) -> Reach:
    """The reach of somebody who operates these regions."""
    return Reach.of(Caller(subject=OPERATOR_MEI, roles=tuple(f"operator@{region}" for region in regions)))
