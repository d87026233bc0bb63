"""Somebody new signs in by phone and sets a password on the page, with the keyboard alone; later another one."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.support.accessible import assert_fits_at_200_percent, assert_good_in_both_languages, violations
from tests.support.browser import open_browser, signed_out
from tests.support.house import House
from tests.support.sign_in_by_phone import fill, sign_in_by_phone

pytestmark = pytest.mark.browser
FIRST, SECOND = "pear blossom 9", "apricot blossom 11"


def test_somebody_new_sets_a_password_and_changes_it(house: House, run_dir: Path) -> None:
    web, phone, login = house.state.web, house.household.phone, f"new-{house.household.identity}"
    with open_browser() as browser, signed_out(browser) as page:
        page.goto(web)
        sign_in_by_phone(page, run_dir, phone)
        page.get_by_role("link", name="Password").press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Set a password")
        assert_good_in_both_languages(page, f"{web}/password")
        page.goto(f"{web}/password?lang=en")
        fill(page, login=login, password=FIRST, again=SECOND)
        expect(page.get_by_role("alert")).to_contain_text("not typed the same twice")
        expect(page.locator("[name=again]")).to_be_focused()
        assert violations(page) == []
        fill(page, password=FIRST, again=FIRST)
        expect(page.get_by_text("Your password is set.")).to_be_visible()

        fill(page, current_password=SECOND, password=SECOND, again=SECOND)
        expect(page.get_by_role("alert")).to_contain_text("give the one you have now")
        assert_fits_at_200_percent(page)
        fill(page, current_password=FIRST, password=SECOND, again=SECOND)
        expect(page.get_by_text("Your password is set.")).to_be_visible()
        assert_good_in_both_languages(page, f"{web}/password?changed=true")
        page.goto(f"{web}/?lang=en")
        page.get_by_role("button", name="Sign out").press("Enter")
        fill(page, login=login, password=SECOND)
        expect(page.locator("#overview")).to_be_visible()
