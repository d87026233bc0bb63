"""The made-up people of order's tests. Nobody here exists."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID, uuid5

CITY = "regions/demo-city"
GARDEN = "regions/demo-city/lake-district/plum-street/plum-garden"
DISTRICT = "regions/demo-city/lake-district"
FAR_DISTRICT = "regions/demo-city/hill-district/pine-street/pine-court"
HOME = (31.2304, 121.4737)
MORNING = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)

_SPACE = UUID("7d2f9a4e-0000-4000-8000-000000000001")


def name_of(kind: str, who: str) -> str:
    return f"{kind}/{uuid5(_SPACE, who)}"


PROVIDER = name_of("providers", "plum-care")
ELDER = name_of("persons", "grandma-mei")
OTHER_ELDER = name_of("persons", "grandpa-shan")
DAUGHTER = name_of("persons", "lan")
SON = name_of("persons", "yun")
OPERATOR = name_of("persons", "desk")
WATCH = name_of("devices", "watch")


@dataclass(frozen=True, slots=True, kw_only=True)
class Worker:
    name: str
    # Metres north of the elder's home.
    metres: float

    @property
    def at(self) -> tuple[float, float]:
        return HOME[0] + self.metres / 111_320, HOME[1]


BO = Worker(name=name_of("persons", "bo"), metres=400)
CHEN = Worker(name=name_of("persons", "chen"), metres=800)
DENG = Worker(name=name_of("persons", "deng"), metres=2_500)
FENG = Worker(name=name_of("persons", "feng"), metres=4_500)
