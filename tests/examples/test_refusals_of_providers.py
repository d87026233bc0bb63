"""docs/examples/refusals.toml: what a provider's own system shows to people, in both languages."""

from __future__ import annotations

import tomllib

import pytest

from chassis.access import RoleMissing, ScopeMissing
from chassis.identity import CallerUnknown
from chassis.refusal import NotFound, reason_of
from chassis.rpc.calls import RequestIdReused
from chassis.rpc.server import DeadlineMissing
from chassis.rpc.streams import TooManyStreams
from order_service.entrypoints.providers import ResumeTokenTooOld, ResumeTokenUnknown
from order_service.paging import PageTokenWrong
from order_service.visit.domain import refusals as visit
from people_service.api_key.use_cases import ApiKeyRefused
from tools.paths import ROOT

LANGUAGES = tomllib.loads((ROOT / "docs" / "examples" / "refusals.toml").read_text())
OF_EVERY_CALL = (NotFound, CallerUnknown, RoleMissing, ScopeMissing, RequestIdReused, DeadlineMissing, TooManyStreams)
OF_OTHERS = (ApiKeyRefused, PageTokenWrong, ResumeTokenUnknown, ResumeTokenTooOld)
# Of the chassis, when nothing was refused: they have no class.
FAILURES = {"DATABASE_UNAVAILABLE", "INTERNAL", "INVALID_ARGUMENT"}
# Of verbs that a provider's own system does not have.
OF_PERSONS = {
    visit.OrderNotCancellable,
    visit.RightMissing,
    visit.AlreadyRated,
    visit.BookTimePassed,
    visit.NumberMisheard,
    visit.NoElder,
}


def refusals() -> set[str]:
    own = set(visit.OrderRefusal.__subclasses__()) - OF_PERSONS
    return {reason_of(each) for each in (*own, *OF_EVERY_CALL, *OF_OTHERS)} | FAILURES


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_refusal_a_provider_may_hear_has_a_sentence(language: str) -> None:
    assert set(LANGUAGES[language]) == refusals()
    assert all(sentence.endswith("." if language == "en" else "。") for sentence in LANGUAGES[language].values())
