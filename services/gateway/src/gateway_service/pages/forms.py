"""What the forms of the pages send. An input left empty arrives as an empty string."""

from typing import Annotated
from uuid import UUID

from pydantic import BeforeValidator, Field

from gateway_service.v1.orders import NewOrder, Person
from gateway_service.v1.shapes import Input, PositionInput
from gateway_service.v1.visits import HandOver

_Empty = BeforeValidator(lambda told: told or None)


class Pressed(Input):
    """A button. Its key was made with the form: pressing it twice is pressing it once."""

    request_id: UUID
    back: Annotated[str, Field(max_length=200)] = "/"

    @property
    def key(self) -> str:
        return str(self.request_id)


class Placed(Pressed):
    """A button that may tell where it was pressed."""

    lat: Annotated[float | None, _Empty, Field(ge=-90, le=90)] = None
    lon: Annotated[float | None, _Empty, Field(ge=-180, le=180)] = None
    accuracy_m: Annotated[float, Field(ge=0, le=100_000)] = 0

    @property
    def position(self) -> PositionInput | None:
        if self.lat is None or self.lon is None:
            return None
        return PositionInput(lat=self.lat, lon=self.lon, accuracy_m=self.accuracy_m)


class VisitStep(Placed):
    visit_code: Annotated[str, Field(pattern=r"^([0-9]{6})?$")] = ""
    hand_over: HandOver = "safe"


class OneTapOrder(Pressed, NewOrder):
    person: Annotated[Person | None, _Empty] = None
