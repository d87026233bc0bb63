"""How often one identity may speak, and who speaks for it."""

from dataclasses import dataclass, field

from device_service.ingress.limits import Limits
from device_service.ingress.sessions import ALIVE_FOR_S, Sessions


@dataclass(eq=False)
class Line:
    heard_at: float
    cuts: list[str] = field(default_factory=list)

    def cut(self, reason: str) -> None:
        self.cuts.append(reason)


def test_a_burst_is_heard_and_a_flood_is_not() -> None:
    limits = Limits(per_s=10, burst=5)
    assert [limits.allow("granny", 0.0) for _ in range(7)] == [True] * 5 + [False] * 2
    assert [limits.allow("granny", 0.3) for _ in range(4)] == [True] * 3 + [False]


def test_one_flood_takes_nothing_from_others_and_a_second_session_gains_nothing() -> None:
    limits = Limits(per_s=1, burst=2)
    assert [limits.allow("noisy", 0.0) for _ in range(4)].count(True) == 2
    assert limits.allow("granny", 0.0)


def test_limits_of_who_is_gone_are_forgotten() -> None:
    limits = Limits(per_s=1, burst=1)
    limits.allow("granny", 0.0)
    limits.forget_idle({"uncle"})
    assert limits.allow("granny", 0.0)


def test_a_second_line_of_one_identity_is_noticed_once() -> None:
    sessions = Sessions(most_each=3)
    first, second = Line(heard_at=100.0), Line(heard_at=101.0)
    assert not sessions.join("granny", first, 100.0)
    assert sessions.join("granny", second, 101.0)
    assert not sessions.join("granny", second, 102.0)
    assert not first.cuts


def test_a_line_that_fell_silent_long_ago_is_no_second_session() -> None:
    sessions = Sessions(most_each=3)
    sessions.join("granny", Line(heard_at=0.0), 0.0)
    assert not sessions.join("granny", Line(heard_at=ALIVE_FOR_S + 1), ALIVE_FOR_S + 1)


def test_the_newcomer_is_heard_and_the_most_silent_is_closed() -> None:
    sessions = Sessions(most_each=2)
    quiet, lively, new = Line(heard_at=5.0), Line(heard_at=50.0), Line(heard_at=60.0)
    for line in (quiet, lively, new):
        sessions.join("granny", line, line.heard_at)
    assert (quiet.cuts, lively.cuts, new.cuts) == (["TOO_MANY_SESSIONS"], [], [])


def test_who_left_is_not_there() -> None:
    sessions = Sessions(most_each=2)
    line = Line(heard_at=1.0)
    sessions.join("granny", line, 1.0)
    sessions.leave("granny", line)
    sessions.leave("granny", line)
    assert len(sessions) == 0
    assert not sessions.join("granny", Line(heard_at=2.0), 2.0)
