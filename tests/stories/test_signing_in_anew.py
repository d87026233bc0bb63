"""Who signed in too long ago for a first password signs in anew. The clock is pushed, so this story comes late."""

from pathlib import Path

import pytest
from playwright.sync_api import expect

from suite import cast
from suite.seed import go_on_duty
from tests.support.accessible import violations
from tests.support.browser import open_browser, signed_out
from tests.support.house import House
from tests.support.sign_in_by_phone import fill, sign_in_by_phone

pytestmark = pytest.mark.browser


def test_whoever_signed_in_too_long_ago_is_asked_to_sign_in_anew(house: House, run_dir: Path) -> None:
    login, password = f"late-{house.household.identity}", "pear blossom 9"
    with open_browser() as browser, signed_out(browser) as page:
        page.goto(house.state.web)
        old = sign_in_by_phone(page, run_dir, house.household.phone)
        page.get_by_role("link", name="Password").press("Enter")
        house.push_clock(minutes=11)
        fill(page, login=login, password=password, again=password)
        expect(page.get_by_role("alert")).to_contain_text("sign in anew")
        assert violations(page) == []
        page.get_by_role("button", name="Sign in anew").press("Enter")
        sign_in_by_phone(page, run_dir, house.household.phone, before=old)
        fill(page, login=login, password=password, again=password)
        expect(page.get_by_text("Your password is set.")).to_be_visible()
    for worker in (cast.NEAR_WORKER, cast.FAR_WORKER):
        go_on_duty(house.phone(worker), worker, house.now())
