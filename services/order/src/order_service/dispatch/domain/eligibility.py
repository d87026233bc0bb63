"""Who may be asked: on duty, qualified today, free, of an allowed provider and region, not asked in vain before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from order_service.region.domain import is_near

# A worker who has not been heard of for a whole shift is not on duty, whatever the table says.
HEARD_OF_WITHIN = timedelta(hours=12)


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What the order asks for."""

    person: str
    service_class: str
    service_region: str
    certificates: frozenset[str]
    skills: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Employer:
    """Where the worker works: a provider, or as a volunteer of a region with no provider behind."""

    provider: str
    region: str
    # None: any class. A provider that nobody has told us about is not known.
    service_classes: frozenset[str] | None
    is_known: bool = True

    def serves(self, need: Need) -> bool:
        return self.service_classes is None or need.service_class in self.service_classes


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What the stores say of a worker at this moment."""

    worker: str
    on_duty: bool
    heard_time: datetime | None
    employers: tuple[Employer, ...]
    certificates: Mapping[str, datetime]
    skills: frozenset[str]
    is_busy: bool
    # The state of an earlier offer of this order in this round, or one that rules the worker out.
    earlier_offer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A worker near enough, with why not, or through which employer."""

    worker: str
    distance_m: float | None
    refused: str = ""
    provider: str = ""


def why_not(standing: Standing, need: Need, now: datetime) -> str:
    """The first reason against, as a code; empty when there is none."""
    checks = (
        ("own_order", standing.worker == need.person),
        ("off_duty", not standing.on_duty),
        ("not_heard_of", standing.heard_time is None or now - standing.heard_time > HEARD_OF_WITHIN),
        ("no_role", not standing.employers),
        ("provider_unknown", not any(employer.is_known for employer in standing.employers)),
        ("other_region", not any(is_near(employer.region, need.service_region) for employer in standing.employers)),
        ("other_service", employer_for(standing, need) is None),
        ("certificate_missing", not need.certificates <= set(standing.certificates)),
        ("certificate_expired", any(standing.certificates.get(kind, now) <= now for kind in need.certificates)),
        ("skill_missing", not need.skills <= standing.skills),
        (standing.earlier_offer, standing.earlier_offer != ""),
        ("busy", standing.is_busy),
    )
    return next((code for code, is_so in checks if is_so), "")


def employer_for(standing: Standing, need: Need) -> Employer | None:
    """The employer through whom the worker may take the order; a provider before volunteering."""
    fitting = [
        employer
        for employer in standing.employers
        if employer.is_known and is_near(employer.region, need.service_region) and employer.serves(need)
    ]
    return min(fitting, key=lambda employer: (employer.provider == "", employer.provider), default=None)


def judge(candidate: Candidate, standing: Standing | None, need: Need, now: datetime) -> Candidate:
    if standing is None:
        return Candidate(worker=candidate.worker, distance_m=candidate.distance_m, refused="off_duty")
    employer = employer_for(standing, need)
    return Candidate(
        worker=candidate.worker,
        distance_m=candidate.distance_m,
        refused=why_not(standing, need, now),
        provider=employer.provider if employer else "",
    )


def nearest(candidates: list[Candidate], count: int) -> list[Candidate]:
    """The nearest who may be asked; equal distances by name, so that the choice can be explained."""
    free = [candidate for candidate in candidates if not candidate.refused]
    far = float("inf")
    free.sort(key=lambda free: (far if free.distance_m is None else free.distance_m, free.worker))
    return free[:count]
