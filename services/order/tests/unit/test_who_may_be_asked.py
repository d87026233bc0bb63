from dataclasses import replace
from datetime import timedelta

import pytest

from order_service.dispatch.domain.eligibility import (
    Candidate,
    Employer,
    Need,
    Standing,
    employer_for,
    judge,
    nearest,
    why_not,
)
from order_service.dispatch.domain.rings import CALM_RINGS, URGENT_RINGS
from order_service.region.domain import covers, district_of, is_near
from services.order.tests.cast import BO, ELDER, FAR_DISTRICT, GARDEN, MORNING, PROVIDER

NEED = Need(
    person=ELDER,
    service_class="nursing",
    service_region=GARDEN,
    certificates=frozenset({"nursing"}),
    skills=frozenset({"lifting"}),
)
CARE = Employer(provider=PROVIDER, region="regions/demo-city", service_classes=frozenset({"nursing"}))
READY = Standing(
    worker=BO.name,
    on_duty=True,
    heard_time=MORNING,
    employers=(CARE,),
    certificates={"nursing": MORNING + timedelta(days=1)},
    skills=frozenset({"lifting", "cooking"}),
    is_busy=False,
    earlier_offer="",
)


def test_qualified_free_worker_on_duty_may_be_asked() -> None:
    assert why_not(READY, NEED, MORNING) == ""


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"worker": ELDER}, "own_order"),
        ({"on_duty": False}, "off_duty"),
        ({"heard_time": MORNING - timedelta(hours=13)}, "not_heard_of"),
        ({"employers": ()}, "no_role"),
        ({"employers": (replace(CARE, is_known=False),)}, "provider_unknown"),
        ({"employers": (replace(CARE, region=FAR_DISTRICT),)}, "other_region"),
        ({"employers": (replace(CARE, service_classes=frozenset({"meals"})),)}, "other_service"),
        ({"certificates": {}}, "certificate_missing"),
        ({"certificates": {"nursing": MORNING}}, "certificate_expired"),
        ({"skills": frozenset()}, "skill_missing"),
        ({"earlier_offer": "declined"}, "declined"),
        ({"is_busy": True}, "busy"),
    ],
)
def test_each_obstacle_has_its_reason(change: dict[str, object], reason: str) -> None:
    assert why_not(replace(READY, **change), NEED, MORNING) == reason  # type: ignore[arg-type]


def test_volunteer_of_the_street_may_be_asked_for_any_service() -> None:
    volunteer = Employer(provider="", region="regions/demo-city/lake-district/plum-street", service_classes=None)
    assert why_not(replace(READY, employers=(volunteer,)), NEED, MORNING) == ""


def test_worker_who_also_volunteers_comes_through_the_provider() -> None:
    volunteer = Employer(provider="", region=GARDEN, service_classes=None)
    chosen = employer_for(replace(READY, employers=(volunteer, CARE)), NEED)
    assert chosen == CARE


def test_worker_nobody_has_on_duty_is_off_duty() -> None:
    assert judge(Candidate(worker="persons/x", distance_m=3), None, NEED, MORNING).refused == "off_duty"


def test_nearest_are_asked_and_equal_distances_go_by_name() -> None:
    crowd = [
        Candidate(worker="d", distance_m=None),
        Candidate(worker="c", distance_m=10),
        Candidate(worker="b", distance_m=10),
        Candidate(worker="a", distance_m=5, refused="busy"),
    ]
    assert [each.worker for each in nearest(crowd, 2)] == ["b", "c"]
    assert [each.worker for each in nearest(crowd, 9)] == ["b", "c", "d"]


def test_no_ring_reaches_farther_than_the_region_allows() -> None:
    assert [ring.radius_m for ring in URGENT_RINGS.within(2_000).rings] == [1_000, 2_000, 2_000]
    assert CALM_RINGS.is_last(3)
    assert not CALM_RINGS.is_last(0)


def test_regions_cover_what_lies_below_and_are_near_within_a_district() -> None:
    assert covers("regions/demo-city", GARDEN)
    assert not covers("regions/demo", GARDEN)
    assert not covers("", GARDEN)
    assert district_of(GARDEN) == "regions/demo-city/lake-district"
    assert is_near("regions/demo-city/lake-district/other-street", GARDEN)
    assert not is_near(FAR_DISTRICT, GARDEN)
    assert not is_near("", "")
