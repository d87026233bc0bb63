"""What order keeps of persons and providers: its own copy, fed by people's whole-state facts."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class RoleKind(StrEnum):
    ELDER = "elder"
    FAMILY = "family"
    WORKER = "worker"
    VOLUNTEER = "volunteer"
    OPERATOR = "operator"
    SUPERVISOR = "supervisor"


# A right of a family member.
CONFIRM = "confirm"


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    kind: RoleKind
    object: str
    start_time: datetime | None = None
    end_time: datetime | None = None
    rights: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    name: str
    region: str
    home_cell: str
    version: int
    roles: tuple[Role, ...] = ()
    certificates: tuple[tuple[str, datetime], ...] = ()
    skills: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    name: str
    region: str
    version: int
    service_classes: tuple[str, ...] = ()
