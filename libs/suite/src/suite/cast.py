"""The made-up people of demos and tests. Nobody here exists."""

from dataclasses import dataclass, field
from functools import cache
from uuid import NAMESPACE_URL, uuid5

CITY = "regions/demo-city"
REGION = "regions/demo-city/lake-district/plum-street/plum-garden"
PASSWORD = "plum-garden-demo"  # noqa: S105 - of the made-up cast, printed at start
HOME = (31.2304, 121.4737)
PRICE_CAP_FEN = 12_000


@cache
def name_of(kind: str, who: str) -> str:
    """The same resource name for the same member of the cast, always."""
    return f"{kind}/{uuid5(NAMESPACE_URL, f'made-up:{kind}:{who}')}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """One made-up person: `login` is also how tests call them."""

    login: str
    display_name: str
    phone: str
    language: str = "zh-CN"
    roles: tuple[tuple[str, str], ...] = ()
    at: tuple[float, float] = HOME
    certificates: tuple[str, ...] = ()
    skills: tuple[str, ...] = field(default_factory=tuple)

    @property
    def name(self) -> str:
        return name_of("persons", self.login)


PROVIDER = name_of("providers", "plum-care")
ELDER = Member(login="mei", display_name="梅奶奶(虚构)", phone="+8600000000001", roles=(("ELDER", ""),))
DAUGHTER = Member(login="lan", display_name="兰女士(虚构)", phone="+8600000000002", roles=(("FAMILY", ELDER.name),))
OPERATOR = Member(login="desk", display_name="值班员(虚构)", phone="+8600000000003", roles=(("OPERATOR", CITY),))
NEAR_WORKER = Member(
    login="bo-worker",
    display_name="阿波(虚构)",
    phone="+8600000000004",
    roles=(("WORKER", PROVIDER),),
    at=(31.2316, 121.4750),
    certificates=("first-aid",),
    skills=("lifting",),
)
FAR_WORKER = Member(
    login="chen-worker",
    display_name="小陈(虚构)",
    phone="+8600000000005",
    language="en",
    roles=(("WORKER", PROVIDER),),
    at=(31.2272, 121.4765),
    certificates=("first-aid",),
    skills=("lifting",),
)
CAST = (OPERATOR, ELDER, DAUGHTER, NEAR_WORKER, FAR_WORKER)
WATCH_IDENTITY = "1000000001"
WATCH = name_of("devices", WATCH_IDENTITY)
