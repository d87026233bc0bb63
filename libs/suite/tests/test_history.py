"""What was tried, what was told and what came of it: each way to be wrong has its name."""

from suite.history import Attempt, Told, judge

GRANNY, GRANDPA = "devices/granny no. 1", "devices/grandpa no. 1"


def test_what_was_answered_and_happened_once_is_in_order() -> None:
    verdict = judge([Attempt(key=GRANNY, told=Told.OK)], [GRANNY])
    assert (verdict.wrong, verdict.unknown) == (False, 0)


def test_what_was_answered_and_never_happened_is_lost() -> None:
    verdict = judge([Attempt(key=GRANNY, told=Told.OK), Attempt(key=GRANDPA, told=Told.OK)], [GRANDPA])
    assert verdict.sentences("press") == [f"lost: press {GRANNY}"]


def test_what_happened_twice_is_doubled_whether_it_was_answered_or_not() -> None:
    tried = [Attempt(key=GRANNY, told=Told.OK), Attempt(key=GRANDPA, told=Told.UNKNOWN)]
    assert judge(tried, [GRANNY, GRANNY, GRANDPA, GRANDPA]).doubled == (GRANNY, GRANDPA)


def test_what_nobody_tried_is_a_phantom() -> None:
    assert judge([Attempt(key=GRANNY, told=Told.OK)], [GRANNY, GRANDPA]).phantom == (GRANDPA,)


def test_what_was_refused_and_happened_is_a_phantom() -> None:
    assert judge([Attempt(key=GRANNY, told=Told.REFUSED)], [GRANNY]).phantom == (GRANNY,)


def test_what_nobody_answered_may_have_happened_or_not() -> None:
    tried = [Attempt(key=GRANNY, told=Told.UNKNOWN), Attempt(key=GRANDPA, told=Told.UNKNOWN)]
    verdict = judge(tried, [GRANDPA])
    assert (verdict.wrong, verdict.unknown) == (False, 2)


def test_a_refusal_followed_by_a_yes_is_one_thing() -> None:
    tried = [Attempt(key=GRANNY, told=Told.REFUSED), Attempt(key=GRANNY, told=Told.OK)]
    assert not judge(tried, [GRANNY]).wrong
