"""Four people, four pages, one press: an elder calls, the desk sees, family answers, a worker helps, all is paid.

Nobody loads a page again: whatever happens to one is seen on the others by itself.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, expect

from suite import cast
from tests.support.accessible import assert_fits_at_200_percent, violations
from tests.support.browser import HANDY, PHONE, WIDE, open_browser, signed_in
from tests.support.house import House

pytestmark = pytest.mark.browser


class Pages(NamedTuple):
    elder: Page
    desk: Page
    family: Page
    worker: Page


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with open_browser() as opened:
        yield opened


@pytest.fixture
def elder(house: House) -> str:
    return house.login_for(house.household.elder, "granny")


@pytest.fixture
def pages(house: House, browser: Browser, elder: str) -> Iterator[Pages]:
    family = house.login_for(house.household.family, "daughter")
    with ExitStack() as open_pages:
        opened = Pages(
            elder=open_pages.enter_context(signed_in(browser, house.state.web, elder)),
            desk=open_pages.enter_context(signed_in(browser, house.state.web, cast.OPERATOR.login, size=WIDE)),
            family=open_pages.enter_context(signed_in(browser, house.state.web, family, size=HANDY)),
            worker=open_pages.enter_context(signed_in(browser, house.state.web, cast.NEAR_WORKER.login)),
        )
        for page in opened:
            page.evaluate("window.isTheSamePage = true")
        yield opened
        assert all(page.evaluate("window.isTheSamePage === true") for page in (opened.elder, opened.desk))


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).first.click()


def test_one_press_from_the_elders_page_to_the_last_fen(house: House, pages: Pages) -> None:
    elder, desk, family, worker = pages
    press(elder, "Call for help")
    expect(elder.locator("#said")).to_contain_text("We have heard you")
    expect(elder.locator(".help-coming")).to_contain_text("Help is coming")
    incident = house.incident().incident
    row = desk.locator(f"article[id='{incident.removeprefix('incidents/')}']")
    expect(row.locator(".countdown")).to_contain_text("left")
    expect(family.locator("#overview")).to_contain_text("We are asking who is nearest")
    press(family, "I am on my way")
    expect(family.locator("#overview")).to_contain_text("You are looking after it")
    house.offered_to(cast.NEAR_WORKER)
    assert violations(elder) == violations(desk) == violations(family) == violations(worker) == []
    assert_fits_at_200_percent(family)
    press(worker, "Accept")
    expect(elder.locator(".coming")).to_contain_text("is coming")
    expect(elder.locator(".coming time").first).to_be_visible()
    press(worker, "Set out")
    expect(family.locator(".coming")).to_contain_text("is on the way")
    worker.get_by_role("textbox").fill(code_on(elder))
    press(worker, "I have arrived")
    expect(elder.locator(".coming")).to_contain_text("is there")
    press(worker, "Start service")
    press(worker, "Finish service")
    expect(family.get_by_role("button", name="I am on my way")).to_have_count(0)
    press(family, "Confirm service")
    expect(row.locator(".steps li.done")).to_have_count(6)
    worker.locator(f"a.go[href='/{incident}']").click()
    press(worker, "Close incident")
    expect(row).to_have_count(0)
    expect(desk.locator("#finished li").first).to_contain_text("settled")
    expect(elder.get_by_role("button", name="Call for help")).to_be_visible()


def code_on(page: Page) -> str:
    return (page.locator(".code").inner_text()).rpartition(" ")[2]


def test_the_large_button_is_pressed_by_keyboard_at_320_px_and_200_percent(
    house: House, browser: Browser, elder: str
) -> None:
    with signed_in(browser, house.state.web, elder, language="zh-CN", size=PHONE) as page:
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert violations(page) == []
        button = page.get_by_role("button", name="呼叫帮助")
        box = button.bounding_box()
        assert box is not None
        assert box["height"] >= 200
        button.focus()
        page.keyboard.press("Enter")
        expect(page.locator(".help-coming")).to_contain_text("马上有人来帮您")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert violations(page) == []


def test_the_button_works_without_scripts(house: House, browser: Browser, elder: str) -> None:
    context = browser.new_context(java_script_enabled=False, locale="en-US")
    page = context.new_page()
    page.goto(house.state.web)
    page.fill("[name=login]", elder)
    page.fill("[name=password]", cast.PASSWORD)
    page.click("form[action='/sign-in'] button")
    page.click("button.call")
    house.incident()
    page.reload()
    expect(page.locator(".help-coming")).to_contain_text("Help is coming")
    context.close()
