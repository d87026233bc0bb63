"""The live page in a real browser: the story appears as it happens, and a daughter's answer counts."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from suite import cast
from tests.support.browser import open_browser, signed_in
from tests.support.house import House
from tests.support.visit import Visit

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


@pytest.fixture
def daughter(house: House, browser: Browser) -> Iterator[Page]:
    """The daughter of this household, signed in on her phone. Her page is never loaded again by the test."""
    login = house.login_for(house.household.family, "daughter")
    with signed_in(browser, house.state.web, login) as page:
        yield page


@pytest.fixture
def operator(house: House, browser: Browser) -> Iterator[Page]:
    with signed_in(browser, house.state.web, cast.OPERATOR.login, language="zh-CN") as page:
        yield page


def open_incident(page: Page, incident: str) -> None:
    """Follows the link of the overview, where the incident appears by itself."""
    page.click(f"a.go[href='/{incident}']")
    expect(page.locator("#story li").first).to_be_visible()
    page.evaluate("window.isTheSamePage = true")


def is_the_same_page(page: Page) -> bool:
    return bool(page.evaluate("window.isTheSamePage === true"))


def test_a_daughter_sees_the_story_as_it_happens_and_says_that_she_is_coming(house: House, daughter: Page) -> None:
    house.press()
    incident = house.incident().incident
    open_incident(daughter, incident)
    story = daughter.locator("#story")
    expect(story).to_contain_text("emergency key pressed")
    Visit(house.phone(cast.NEAR_WORKER), house.offered_to(cast.NEAR_WORKER)).accept()
    expect(story).to_contain_text("accepted by a worker")
    daughter.get_by_role("button", name="I am on my way").click()
    expect(daughter.locator("#said")).to_contain_text("Taken: I am on my way.")
    expect(story).to_contain_text("Answer: “I am on my way”")
    expect(daughter.locator("#responsible")).to_have_text("You")
    expect(daughter.locator(".countdown")).to_contain_text("left")
    assert is_the_same_page(daughter)


def test_a_daughter_confirms_and_sees_who_paid_what(house: House, daughter: Page) -> None:
    house.press()
    incident = house.incident().incident
    open_incident(daughter, incident)
    visit = Visit(house.phone(cast.NEAR_WORKER), house.offered_to(cast.NEAR_WORKER))
    visit.whole(house.household, house.now())
    visit.close(incident)
    expect(daughter.locator("#state")).to_have_attribute("data-state", "closed")
    daughter.get_by_role("button", name="Confirm service").click()
    expect(daughter.locator(".settlement")).to_have_text("settled")
    expect(daughter.locator("#now")).to_contain_text("¥8.00")
    expect(daughter.locator("#story")).to_contain_text("Paid:")
    assert is_the_same_page(daughter)


def test_no_line_is_missing_or_told_twice_when_the_connection_breaks(house: House, daughter: Page) -> None:
    house.press()
    incident = house.incident().incident
    open_incident(daughter, incident)
    daughter.context.set_offline(True)
    visit = Visit(house.phone(cast.NEAR_WORKER), house.offered_to(cast.NEAR_WORKER))
    visit.whole(house.household, house.now())
    house.box.processes["gateway"].kill()
    house.box.processes["gateway"].start()
    house.box.processes["gateway"].wait_ready(60)
    daughter.context.set_offline(False)
    expect(daughter.locator("#story")).to_contain_text("The service is done", timeout=60_000)
    lines = daughter.locator("#story li").evaluate_all("lines => lines.map(line => Number(line.id.slice(6)))")
    assert lines == sorted(set(lines))
    assert is_the_same_page(daughter)


def test_an_incident_comes_up_on_the_operators_page_who_takes_it_over(house: House, operator: Page) -> None:
    operator.evaluate("window.isTheSamePage = true")
    house.press()
    incident = house.incident().incident
    expect(operator.locator(f"a.go[href='/{incident}']")).to_be_visible()
    assert is_the_same_page(operator)
    open_incident(operator, incident)
    operator.get_by_role("button", name="接手").click()
    expect(operator.locator("#responsible")).to_have_text("您")
    expect(operator.locator("#story")).to_contain_text("值班员已接手")


def test_the_page_fits_a_small_phone_and_is_used_by_keyboard(house: House, daughter: Page) -> None:
    house.press()
    open_incident(daughter, house.incident().incident)
    assert daughter.evaluate("document.documentElement.scrollWidth") <= 320
    daughter.keyboard.press("Tab")
    expect(daughter.get_by_role("link", name="Skip to content")).to_be_focused()
    daughter.get_by_role("button", name="I have seen it").focus()
    daughter.keyboard.press("Enter")
    expect(daughter.locator("#said")).to_contain_text("Taken: I have seen it.")
