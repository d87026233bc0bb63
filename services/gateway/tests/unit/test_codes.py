"""Words of the contract on their way out and in."""

from __future__ import annotations

from typing import get_args

from google.protobuf.timestamp_pb2 import Timestamp

from chassis.clock import wall_now
from eldercare.notify.v1.message_pb2 import AnswerKind
from eldercare.order.v1.incident_pb2 import Outcome
from eldercare.order.v1.order_pb2 import OrderState
from gateway_service.codes import moment, stamp_of, value, word, words
from gateway_service.live.topic import region_and_above
from gateway_service.v1.incidents import AnswerWord, OutcomeWord


def test_states_are_small_words() -> None:
    assert word(OrderState, OrderState.ORDER_STATE_EN_ROUTE) == "en_route"
    assert word(OrderState, 0) == ""


def test_a_state_of_a_later_release_is_unknown_not_an_error() -> None:
    assert word(OrderState, 4711) == "unknown"


def test_what_an_app_may_answer_is_what_the_contract_knows() -> None:
    assert set(get_args(AnswerWord)) == set(words(AnswerKind))
    assert set(get_args(OutcomeWord)) == set(words(Outcome))
    assert value(AnswerKind, "on_my_way") == AnswerKind.ANSWER_KIND_ON_MY_WAY


def test_a_time_that_was_never_set_is_none() -> None:
    now = wall_now()
    assert moment(Timestamp()) is None
    assert moment(stamp_of(now)) == now


def test_the_district_hears_of_its_communities() -> None:
    assert region_and_above("regions/city/lake/plum") == ["regions/city/lake/plum", "regions/city/lake", "regions/city"]
    assert region_and_above("") == []
