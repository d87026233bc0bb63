"""The operations board and the family's page in a real browser: they follow a press to the last fen by themselves."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from suite import cast
from tests.support.accessible import assert_good_in_both_languages, violations
from tests.support.browser import WIDE, open_browser, signed_in
from tests.support.house import House
from tests.support.visit import Visit

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


@pytest.fixture
def board(house: House, browser: Browser) -> Iterator[Page]:
    """The duty desk's wide screen. Its page is never loaded again by a test."""
    with signed_in(browser, house.state.web, cast.OPERATOR.login, size=WIDE) as page:
        page.evaluate("window.isTheSamePage = true")
        yield page
        assert page.evaluate("window.isTheSamePage === true")


def test_the_board_follows_a_press_until_it_is_paid(house: House, board: Page) -> None:
    house.press()
    incident = house.incident().incident
    row = board.locator(f"article[id='{incident.removeprefix('incidents/')}']")
    expect(row.locator(".countdown")).to_contain_text("left")
    expect(row).to_contain_text("Duty desk")
    expect(board.locator("svg.map .burning")).not_to_have_count(0)
    expect(board.locator("#workers")).to_contain_text(cast.NEAR_WORKER.display_name)
    expect(board.locator("#health")).to_contain_text("All is well")
    board.locator("#health summary").click()
    order = house.offered_to(cast.NEAR_WORKER)
    visit = Visit(house.phone(cast.NEAR_WORKER), order)
    visit.accept()
    expect(row.locator(".steps li.done")).to_have_count(2)
    expect(board.locator("#workers .busy")).to_have_count(1)
    visit.depart()
    visit.arrive(house.household, house.now())
    visit.serve()
    visit.close(incident)
    expect(row).to_have_count(0)
    expect(board.locator("#finished")).to_contain_text(house.look_at_order(order).number)
    expect(board.locator("#lines")).to_contain_text("The service is done")
    expect(board.locator("#health")).to_have_text(re.compile("people.*payment", re.DOTALL))
    assert board.evaluate("document.querySelector('#health details').open"), "closed while it was read"
    board.get_by_label("Find an order by number").fill(house.look_at_order(order).number)
    board.get_by_role("button", name="Find").click()
    expect(board.locator(".steps li.done")).to_have_count(5)
    assert violations(board) == []
    board.evaluate("window.isTheSamePage = true")


def test_a_deadline_is_told_to_a_screen_reader_once_and_not_every_second(house: House, board: Page) -> None:
    board.evaluate(
        """window.told = []; const place = document.getElementById("told");
        new MutationObserver(() => window.told.push(place.textContent)).observe(place, {childList: true})"""
    )
    house.press()
    opened = house.incident()
    countdown = board.locator(f"article[id='{opened.incident.removeprefix('incidents/')}'] .countdown")
    for _ in range(3):
        expect(countdown).to_contain_text("left")
        expect(countdown).not_to_have_text(countdown.inner_text())
    told = [words for words in board.evaluate("window.told") if opened.number in words]
    assert len(told) == 1
    assert "left" in told[0]


def test_the_phones_show_what_each_was_sent_as_it_is_sent(house: House, board: Page) -> None:
    board.goto(f"{house.state.web}/phones")
    board.evaluate("window.isTheSamePage = true")
    house.press()
    house.offered_to(cast.NEAR_WORKER)
    phone = board.get_by_role("article", name=cast.NEAR_WORKER.display_name)
    expect(phone).to_contain_text(house.look_at_order(house.order().order).number)


def test_the_desks_pages_are_good_for_everybody(house: House, browser: Browser) -> None:
    house.press()
    incident = house.incident().incident
    with signed_in(browser, house.state.web, cast.OPERATOR.login) as page:
        for path in ("/", "/phones", f"/{incident}"):
            assert_good_in_both_languages(page, house.state.web + path)
