"""SQL of dispatch: who is near and on duty, what speaks against them, and why a ring asked whom."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from math import cos, radians
from typing import Any

from psycopg.types.json import Jsonb

from chassis.cells import distance_m
from chassis.work import Work
from order_service.dispatch.domain.eligibility import Candidate, Employer, Standing
from order_service.region.domain import district_of, is_near
from order_service.visit.domain.order import Order
from order_service.visit.domain.words import OfferState

_METRES_A_DEGREE = 111_320.0


def near(work: Work, lat: float, lon: float, radius_m: int) -> dict[str, float]:
    """Workers on duty by their coarse place → metres."""
    high = radius_m / _METRES_A_DEGREE
    wide = high / max(cos(radians(lat)), 0.01)
    rows = work.all(
        "SELECT worker, lat, lon FROM duties WHERE on_duty AND lat BETWEEN %s AND %s AND lon BETWEEN %s AND %s",
        [lat - high, lat + high, lon - wide, lon + wide],
    )
    metres = {row["worker"]: distance_m(lat, lon, row["lat"], row["lon"]) for row in rows}
    return {worker: away for worker, away in metres.items() if away <= radius_m}


def in_district(work: Work, region: str) -> list[str]:
    """Everyone on duty whose home district it is: all that can be asked when the place is not known."""
    district = district_of(region)
    rows = work.all(
        """SELECT d.worker FROM duties d JOIN persons p ON p.name = d.worker
           WHERE d.on_duty AND (p.region = %s OR p.region LIKE %s) ORDER BY d.worker LIMIT 200""",
        [district, f"{district}/%"],
    )
    return [row["worker"] for row in rows]


def standings(work: Work, workers: Iterable[str], order: Order) -> dict[str, Standing]:
    """What speaks for and against these workers at this moment."""
    rows = work.all(
        """SELECT p.name AS worker, coalesce(d.on_duty, false) AS on_duty, d.position_time, p.certificates, p.skills,
               EXISTS (SELECT FROM orders o WHERE o.worker = p.name AND o.name <> %(order)s AND (
                   o.state IN ('en_route', 'arrived', 'in_service')
                   OR o.state IN ('accepted', 'assigned')
                      AND coalesce(o.book_time, app_now()) < app_now() + interval '2 hours')) AS is_busy,
               coalesce((SELECT jsonb_agg(jsonb_build_object('kind', r.kind, 'object', r.object, 'region', v.region,
                                                             'classes', v.service_classes))
                   FROM person_roles r LEFT JOIN providers v ON v.name = r.object
                   WHERE r.person = p.name AND r.kind IN ('worker', 'volunteer')
                     AND coalesce(r.start_time, '-infinity') <= app_now()
                     AND coalesce(r.end_time, 'infinity') > app_now()), '[]') AS employers
           FROM persons p LEFT JOIN duties d ON d.worker = p.name
           WHERE p.name = ANY(%(workers)s) AND NOT p.is_erased""",
        {"order": order.name, "workers": list(workers)},
    )
    return {row["worker"]: _standing(row, order) for row in rows}


def providers_for(work: Work, order: Order) -> list[Candidate]:
    """Providers of the district that serve the class and have a worker with what the order needs; in turn by name."""
    rows = work.all(
        """SELECT v.name, v.region FROM providers v
           WHERE (v.service_classes = '{}' OR %(class)s = ANY(v.service_classes)) AND EXISTS (
               SELECT FROM person_roles r JOIN persons p ON p.name = r.person AND NOT p.is_erased
               WHERE r.kind = 'worker' AND r.object = v.name AND p.skills @> %(skills)s::text[]
                   AND p.certificates ?& %(certificates)s::text[] AND p.name <> %(person)s
                   AND coalesce(r.start_time, '-infinity') <= app_now()
                   AND coalesce(r.end_time, 'infinity') > app_now())
           ORDER BY v.name""",
        {
            "class": order.service_class,
            "skills": list(order.skills),
            "certificates": list(order.certificates),
            "person": order.person,
        },
    )
    return [
        Candidate(worker=row["name"], distance_m=None, refused=_earlier(order, row["name"]), provider=row["name"])
        for row in rows
        if is_near(row["region"], order.service_region)
    ]


def lock_duty(work: Work, worker: str) -> None:
    """A worker accepts one order at a time."""
    work.lock(worker)
    work.one("SELECT worker FROM duties WHERE worker = %s FOR UPDATE", [worker])


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Why a ring asked these workers and not others."""

    order: str
    round: int
    ring: int
    rule: str
    radius_m: int
    source: str
    candidates: list[Candidate]
    offered: list[str]
    decide_time: datetime | None = None


def add_decision(work: Work, decision: Decision) -> None:
    work.run(
        """INSERT INTO dispatch_decisions ("order", round, ring, rule, radius_m, source, candidates, offered)
           VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING""",
        [
            decision.order,
            decision.round,
            decision.ring,
            decision.rule,
            decision.radius_m,
            decision.source,
            Jsonb([_candidate_row(candidate) for candidate in decision.candidates]),
            decision.offered,
        ],
    )


def decisions_of(work: Work, order: str) -> list[Decision]:
    rows = work.all('SELECT * FROM dispatch_decisions WHERE "order" = %s ORDER BY decide_time, round, ring', [order])
    return [Decision(**(row | {"candidates": [Candidate(**each) for each in row["candidates"]]})) for row in rows]


def _candidate_row(candidate: Candidate) -> dict[str, Any]:
    return {
        "worker": candidate.worker,
        "distance_m": candidate.distance_m,
        "refused": candidate.refused,
        "provider": candidate.provider,
    }


def _standing(row: dict[str, Any], order: Order) -> Standing:
    return Standing(
        worker=row["worker"],
        on_duty=row["on_duty"],
        heard_time=row["position_time"],
        employers=tuple(_employer(each) for each in row["employers"]),
        certificates={kind: datetime.fromisoformat(expiry) for kind, expiry in row["certificates"].items()},
        skills=frozenset(row["skills"]),
        is_busy=row["is_busy"],
        earlier_offer=_earlier(order, row["worker"]),
    )


def _employer(row: dict[str, Any]) -> Employer:
    if row["kind"] == "volunteer":
        return Employer(provider="", region=row["object"], service_classes=None)
    return Employer(
        provider=row["object"],
        region=row["region"] or "",
        # A provider that states no class takes any.
        service_classes=frozenset(row["classes"] or ()) or None,
        is_known=row["region"] is not None,
    )


def _earlier(order: Order, worker: str) -> str:
    """An offer turned down or not kept rules out for good; one that is open does for this round."""
    offer = order.offers.get(worker)
    if offer is None or (offer.is_live and offer.round < order.round) or offer.state is OfferState.LAPSED:
        return ""
    return "asked_already" if offer.is_live else offer.state.value
