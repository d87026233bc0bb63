"""Who is what, and when."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from people_service.person.domain import (
    Certificate,
    CertificateTwice,
    CodeInvalid,
    FamilyOfSelf,
    HomeMissing,
    LanguageUnknown,
    Person,
    PersonIsErased,
    PersonNameInvalid,
    RoleHeldAlready,
    RoleNotHeld,
    Traits,
)
from people_service.role.domain import RightsNotAllowed, Role, RoleEndsBeforeStart, RoleKind, RoleObjectMismatch
from services.people.tests.cast import (
    DAUGHTER_WEN,
    GRANNY_WEN,
    LAKE,
    MONDAY,
    NURSE_TAO,
    PLUM_CARE,
    PLUM_GARDEN,
    elder_since,
)

HOUR = timedelta(hours=1)


def somebody(name: str = NURSE_TAO, *roles: Role, home_cell: str = "wtmkq4d") -> Person:
    return Person.registered(name=name, region=PLUM_GARDEN, home_cell=home_cell, roles=roles, traits=Traits())


def working(start: int = 0, end: int | None = None) -> Role:
    until = None if end is None else MONDAY + end * HOUR
    return Role.granted(RoleKind.WORKER, object=PLUM_CARE, start=MONDAY + start * HOUR, end=until)


def labels(person: Person, hour: float) -> set[str]:
    return {role.label for role in person.roles_at(MONDAY + hour * HOUR)}


def test_a_nurse_works_from_the_first_minute_of_her_contract_and_not_in_its_last() -> None:
    nurse = somebody(NURSE_TAO, working(0, 8))
    assert labels(nurse, -0.1) == set()
    assert labels(nurse, 0) == {f"worker@{PLUM_CARE}"}
    assert labels(nurse, 8) == set()


def test_a_role_that_begins_next_week_does_not_hold_today() -> None:
    nurse = somebody(NURSE_TAO).granted(working(start=168))
    assert labels(nurse, 0) == set()
    assert labels(nurse, 168) == {f"worker@{PLUM_CARE}"}


def test_one_person_is_elder_and_volunteer_at_once() -> None:
    volunteer = Role.granted(RoleKind.VOLUNTEER, object=LAKE, start=MONDAY)
    assert labels(somebody(GRANNY_WEN, elder_since(MONDAY), volunteer), 1) == {"elder", f"volunteer@{LAKE}"}


def test_the_same_job_cannot_be_given_twice_over_one_time() -> None:
    with pytest.raises(RoleHeldAlready):
        somebody(NURSE_TAO, working(0, 8)).granted(working(7))


def test_a_nurse_who_left_may_come_back_and_both_times_stay_on_record() -> None:
    left = somebody(NURSE_TAO, working(0)).role_ended(RoleKind.WORKER, PLUM_CARE, MONDAY + 8 * HOUR)
    back = left.granted(working(24))
    assert [labels(back, hour) != set() for hour in (4, 12, 25)] == [True, False, True]
    assert len(back.roles) == 2


def test_ending_a_job_also_takes_back_the_one_that_has_not_begun() -> None:
    nurse = somebody(NURSE_TAO, working(0, 8), working(24)).role_ended(RoleKind.WORKER, PLUM_CARE, MONDAY + HOUR)
    assert labels(nurse, 2) == set()
    assert labels(nurse, 30) == set()


def test_a_job_taken_back_before_it_began_can_be_given_again_for_the_same_day() -> None:
    nurse = somebody(NURSE_TAO, working(24)).role_ended(RoleKind.WORKER, PLUM_CARE, MONDAY)
    again = nurse.granted(working(24))
    assert labels(again, 30) == {f"worker@{PLUM_CARE}"}
    assert len(again.roles) == 1


def test_what_nobody_holds_cannot_be_ended() -> None:
    with pytest.raises(RoleNotHeld):
        somebody(NURSE_TAO, working(0, 8)).role_ended(RoleKind.WORKER, PLUM_CARE, MONDAY + 9 * HOUR)


@pytest.mark.parametrize(
    ("refused", "refusal"),
    [
        (lambda: Role.granted(RoleKind.FAMILY, object=PLUM_CARE, start=MONDAY), RoleObjectMismatch),
        (lambda: Role.granted(RoleKind.ELDER, object=LAKE, start=MONDAY), RoleObjectMismatch),
        (lambda: Role.granted(RoleKind.OPERATOR, object="regions", start=MONDAY), RoleObjectMismatch),
        (lambda: Role.granted(RoleKind.OPERATOR, object="regions/Demo City", start=MONDAY), RoleObjectMismatch),
        (lambda: Role.granted(RoleKind.WORKER, start=MONDAY), RoleObjectMismatch),
        (
            lambda: Role.granted(RoleKind.ELDER, start=MONDAY, rights=frozenset({"pay"})),
            RightsNotAllowed,
        ),
        (
            lambda: Role.granted(RoleKind.FAMILY, object=GRANNY_WEN, start=MONDAY, rights=frozenset({"inherit"})),
            RightsNotAllowed,
        ),
        (lambda: working(8, 8), RoleEndsBeforeStart),
        (lambda: somebody("persons/wen"), PersonNameInvalid),
        (lambda: somebody(GRANNY_WEN, elder_since(MONDAY), home_cell=""), HomeMissing),
        (
            lambda: somebody(GRANNY_WEN, Role.granted(RoleKind.FAMILY, object=GRANNY_WEN, start=MONDAY)),
            FamilyOfSelf,
        ),
        (lambda: Traits(skills=frozenset({"knows Mrs Wen"})).checked(), CodeInvalid),
        (lambda: Traits(language="fr").checked(), LanguageUnknown),
        (
            lambda: Traits(certificates=tuple(Certificate(kind="nursing", expires_at=MONDAY) for _ in "ab")).checked(),
            CertificateTwice,
        ),
    ],
)
def test_what_makes_no_sense_is_refused(refused: Callable[[], object], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        refused()


def test_an_erased_person_keeps_its_figures_and_nothing_else() -> None:
    family = Role.granted(RoleKind.FAMILY, object=DAUGHTER_WEN, start=MONDAY)
    granny = somebody(GRANNY_WEN, elder_since(MONDAY), family)
    erased = granny.withdrawn(MONDAY + HOUR).erased(MONDAY + HOUR)
    assert (labels(erased, 2), erased.home_cell, erased.region) == (set(), "", PLUM_GARDEN)
    assert labels(erased, 0.5) == {"elder", f"family@{DAUGHTER_WEN}"}
    assert erased.version == granny.version + 2
    verbs: list[Callable[[], Person]] = [
        lambda: erased.granted(working()),
        lambda: erased.withdrawn(MONDAY),
        lambda: erased.role_ended(RoleKind.ELDER, "", MONDAY),
    ]
    for verb in verbs:
        with pytest.raises(PersonIsErased):
            verb()


Step = tuple[str, int, int]
STEPS = st.lists(st.tuples(st.sampled_from(["grant", "end"]), st.integers(0, 20), st.integers(1, 20)), max_size=12)


@given(STEPS)
def test_whatever_is_granted_and_ended_a_job_is_held_once_at_a_time_and_the_past_never_changes(
    steps: list[Step],
) -> None:
    nurse = somebody(NURSE_TAO)
    clock = 0
    for verb, wait, length in steps:
        clock += wait
        changed = tried(nurse, verb, clock, length)
        assert changed.version == nurse.version + (changed is not nurse)
        for hour in range(40):
            held = [role for role in changed.roles_at(MONDAY + hour * HOUR) if role.kind is RoleKind.WORKER]
            assert len(held) <= 1
            if hour < clock:
                assert labels(changed, hour) == labels(nurse, hour)
        if verb == "end":
            assert not labels(changed, clock)
        nurse = changed


def tried(nurse: Person, verb: str, clock: int, length: int) -> Person:
    """Grant from now on, or end now; a refusal changes nothing."""
    try:
        if verb == "grant":
            return nurse.granted(working(clock, clock + length))
        return nurse.role_ended(RoleKind.WORKER, PLUM_CARE, MONDAY + clock * HOUR)
    except (RoleHeldAlready, RoleNotHeld):
        return nurse
