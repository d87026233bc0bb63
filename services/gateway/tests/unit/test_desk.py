"""Pages to the duty desk: who may send one, and what hangs on the board."""

from __future__ import annotations

import hmac
import json
from hashlib import sha256

import pytest

from chassis.clock import wall_now
from gateway_service.desk.board import KEPT, DeskBoard
from gateway_service.desk.page import DeskPage, PageUnreadable
from gateway_service.desk.signature import GOOD_FOR_S, is_signed

SECRET = "made-up-secret"
BODY = b'{"alarm":"alarms/1"}'
LAKE, HILL = "regions/city/lake", "regions/city/hill"


def signed_at(moment: int, secret: str = SECRET) -> tuple[str, str]:
    timestamp = str(moment)
    return timestamp, hmac.new(secret.encode(), timestamp.encode() + b"." + BODY, sha256).hexdigest()


def now() -> int:
    return int(wall_now().timestamp())


def page(key: str, region: str = LAKE) -> DeskPage:
    return DeskPage.read(key, json.dumps({"alarm": f"alarms/{key}", "region": region, "kind": "sos_press"}).encode())


def test_a_fresh_page_with_our_secret_is_believed() -> None:
    assert is_signed(SECRET, *signed_at(now()), BODY)


@pytest.mark.parametrize("age", [GOOD_FOR_S + 5, -GOOD_FOR_S - 5])
def test_a_page_recorded_and_played_again_later_is_not(age: int) -> None:
    assert not is_signed(SECRET, *signed_at(now() - age), BODY)


def test_another_secret_another_body_or_no_secret_is_refused() -> None:
    timestamp, signature = signed_at(now())
    assert not is_signed(SECRET, *signed_at(now(), "guessed"), BODY)
    assert not is_signed(SECRET, timestamp, signature, BODY + b" ")
    assert not is_signed("", *signed_at(now(), ""), BODY)


@pytest.mark.parametrize("timestamp", ["", "soon", "-1", "1e9", "９", "9" * 40])
def test_a_strange_timestamp_is_refused_and_breaks_nothing(timestamp: str) -> None:
    assert not is_signed(SECRET, timestamp, "00", BODY)


@pytest.mark.parametrize("body", [b"", b"\xff", b"[]", b'"x"', b'{"alarm": "alarms/1"}', b'{"region": "regions/x"}'])
def test_a_signed_body_that_is_no_page_is_refused(body: bytes) -> None:
    with pytest.raises(PageUnreadable):
        DeskPage.read("k", body)


def test_an_operator_sees_the_pages_of_the_own_region_newest_first() -> None:
    board = DeskBoard()
    for each in (page("1"), page("2", HILL), page("3", f"{LAKE}/plum")):
        assert board.put(each)
    assert [each.key for each in board.of([LAKE])] == ["3", "1"]
    assert board.of([]) == []


def test_a_later_page_about_the_same_takes_the_place_of_the_one_before() -> None:
    board = DeskBoard()
    for reason in ("no_ladder", "nobody_answered"):
        told = {"incident": "incidents/1", "region": LAKE, "reason": reason}
        assert board.put(DeskPage.read(f"page:{reason}:incidents/1", json.dumps(told).encode()))
    assert [each.reason for each in board.of([LAKE])] == ["nobody_answered"]


def test_a_page_of_no_region_hangs_at_every_desk() -> None:
    board = DeskBoard()
    board.put(DeskPage.read("k", b'{"reason": "parked", "region": "", "event": "made-up"}'))
    assert len(board.of([LAKE])) == len(board.of([HILL])) == 1


def test_a_page_told_twice_hangs_there_once() -> None:
    board = DeskBoard()
    assert board.put(page("1"))
    assert not board.put(page("1"))
    assert len(board.of([LAKE])) == 1


def test_the_board_never_grows_without_end() -> None:
    board = DeskBoard()
    for number in range(KEPT + 10):
        board.put(page(str(number)))
    shown = board.of([LAKE])
    assert len(shown) == KEPT
    assert shown[0].key == str(KEPT + 9)
