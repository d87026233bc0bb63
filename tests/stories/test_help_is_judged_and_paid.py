"""After the help: the family judges and confirms with one press, the elder says whose token pays, the desk links an
account."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from eldercare.order.v1.events_pb2 import OrderRated
from eldercare.order.v1.order_pb2 import ORDER_STATE_CONFIRMED
from suite import cast
from suite.waiting import until
from tests.support.accessible import assert_fits_at_200_percent, assert_good_in_both_languages, violations
from tests.support.browser import open_browser, signed_in
from tests.support.house import House
from tests.support.visit import Visit

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


@pytest.fixture
def served(house: House) -> str:
    """An order whose worker has finished."""
    house.press()
    order = house.offered_to(cast.NEAR_WORKER)
    visit = Visit(house.phone(cast.NEAR_WORKER), order)
    visit.whole(house.household, house.now())
    visit.close(house.incident().incident)
    return order


def press(page: Page, name: str) -> None:
    """By keyboard."""
    button = page.get_by_role("button", name=name, exact=True)
    button.focus()
    page.keyboard.press("Enter")


def test_the_family_judges_and_confirms_with_one_press_and_reads_the_statement(
    house: House, browser: Browser, served: str
) -> None:
    family = house.login_for(house.household.family, "daughter")
    with signed_in(browser, house.state.web, family) as page:
        expect(page.get_by_role("group", name="Confirm and rate")).to_be_visible()
        assert violations(page) == []
        assert_fits_at_200_percent(page)
        press(page, "4 – good")
        expect(page.locator("#said")).to_contain_text("Confirmed and rated. Thank you.")
        expect(page.get_by_role("group", name="Confirm and rate")).to_have_count(0)
        assert house.sees(OrderRated, lambda fact: fact.order == served).score == 4
        until(lambda: house.look_at_order(served).state == ORDER_STATE_CONFIRMED, "the order is confirmed")
        page.get_by_role("link", name="Payments").click()
        expect(page.locator(f"article[id='{served.removeprefix('orders/')}']")).to_contain_text("¥8.00")
        expect(page.locator("main")).to_contain_text("Somebody else of the family pays.")
        assert page.locator("[name=processor_token]").count() == 0
        assert_fits_at_200_percent(page)
        assert_good_in_both_languages(page, f"{house.state.web}/payments")


def test_an_elder_says_whose_token_pays(house: House, browser: Browser, served: str) -> None:
    elder = house.login_for(house.household.elder, "granny")
    with signed_in(browser, house.state.web, elder) as page:
        page.goto(f"{house.state.web}/payments")
        expect(page.locator("main")).to_contain_text("No vouchers.")
        page.get_by_label("Payment token").fill("tok_ok")
        press(page, "Pay with this")
        expect(page.locator("#said")).to_contain_text("From now on this pays what vouchers do not.")
        assert_good_in_both_languages(page, f"{house.state.web}/payments")


def test_the_desk_links_an_account_to_one_person_and_to_no_other(house: House, browser: Browser) -> None:
    with signed_in(browser, house.state.web, cast.OPERATOR.login) as page:
        page.get_by_role("link", name="Accounts").click()
        for person, said in ((0, "Linked."), (1, "This account is linked to somebody else already.")):
            page.get_by_label("Person").select_option(index=person)
            page.get_by_label("Identity provider").fill("https://made-up.example")
            page.get_by_label("Account", exact=True).fill(f"account-{house.household.identity}")
            press(page, "Link account")
            expect(page.locator("#said")).to_contain_text(said)
            page.reload()
        assert_fits_at_200_percent(page)
        assert_good_in_both_languages(page, f"{house.state.web}/accounts")
