"""Two made-up elders who have nothing to do with each other, and everybody around the first."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import uuid4

from chassis.context import Caller
from eldercare.access.v1.access_pb2 import Access

CITY = "regions/demo-city"
LAKE, HILL = f"{CITY}/lake-district", f"{CITY}/hill-district"
GARDEN, COURT = f"{LAKE}/plum-street/plum-garden", f"{HILL}/pine-street/pine-court"


def _person(number: int) -> str:
    return f"persons/00000000-0000-7000-8000-{number:012d}"


ELDER, DAUGHTER, NURSE, OPERATOR, SUPERVISOR, STRANGER = (_person(number) for number in range(1, 7))
FORMER_DAUGHTER, FORMER_NURSE = _person(12), _person(13)
OTHER_ELDER, OTHER_NURSE = _person(21), _person(23)
PROVIDER = "providers/00000000-0000-7000-8000-0000000000a1"
PURPOSE = "matrix"
SCOPES = ("orders.read", "orders.write", "settlements.read")
LAKE_CARE, HILL_CARE = (f"providers/00000000-0000-7000-8000-0000000000{number}" for number in ("a2", "a3"))

NOW = {
    "elder": Caller(subject=ELDER, roles=("elder@",), purpose=PURPOSE),
    "family": Caller(subject=DAUGHTER, roles=(f"family@{ELDER}",), purpose=PURPOSE),
    "worker": Caller(subject=NURSE, roles=(f"worker@{PROVIDER}",), purpose=PURPOSE),
    "operator": Caller(subject=OPERATOR, roles=(f"operator@{LAKE}",), purpose=PURPOSE),
    "supervisor": Caller(subject=SUPERVISOR, roles=(f"supervisor@{LAKE}",), purpose=PURPOSE),
    "provider": Caller(subject=PROVIDER, roles=(f"provider@{PROVIDER}",), purpose=PURPOSE, scopes=SCOPES),
    "stranger": Caller(subject=STRANGER, purpose=PURPOSE),
}
_FORMER = {"family": FORMER_DAUGHTER, "worker": FORMER_NURSE}


def caller_of(who: str, case: str, rule: Access) -> Caller:
    """Whoever once was family or nurse still holds a token that says so: what an object tells of them counts. Of roles
    that are in the token alone the next token says nothing."""
    if who.startswith("services/"):
        return Caller(subject=who, purpose=PURPOSE)
    caller = NOW[who]
    if case == "no purpose":
        return replace(caller, purpose="")
    if case != "revoked":
        return caller
    subject = _FORMER.get(who, caller.subject)
    return replace(caller, subject=subject, roles=caller.roles if who in _FORMER and rule.object else ())


@dataclass(frozen=True, slots=True, kw_only=True)
class Things:
    """What belongs to one elder, by the nouns a request may name. What nobody made is nothing."""

    person: str
    region: str
    device: str = ""
    alarm: str = ""
    export: str = ""
    incident: str = ""
    order: str = ""
    number: str = "0000-00"
    settlement: str = ""
    task: str = ""
    provider: str = PROVIDER
    api_key: str = ""


def nothing() -> Things:
    """Names in the same form that nobody has."""
    return Things(
        person=f"persons/{uuid4()}",
        region=f"regions/{uuid4()}",
        device=f"devices/{uuid4()}",
        alarm=f"alarms/{uuid4()}",
        export=f"exports/{uuid4()}",
        incident=f"incidents/{uuid4()}",
        order=f"orders/{uuid4()}",
        settlement=f"settlements/{uuid4()}",
        task=f"tasks/{uuid4()}",
        provider=f"providers/{uuid4()}",
        api_key=f"providers/{uuid4()}/apiKeys/{uuid4()}",
    )
