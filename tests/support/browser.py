"""Headless Chromium as somebody's phone: the machine's own browser, driven by Playwright."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright

from suite import cast
from suite.waiting import PATIENCE_S

PHONE = ViewportSize(width=320, height=800)
HANDY = ViewportSize(width=360, height=740)
WIDE = ViewportSize(width=1280, height=800)
SWITCHES = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str:
    """Where Chromium is; `make browser` installs it."""
    names = (os.environ.get("CHROMIUM", ""), "chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if name and (path := shutil.which(name))), None)
    if found is None:
        raise FileNotFoundError("Chromium was not found: run `make browser`, or set CHROMIUM to its path")
    return found


@contextmanager
def open_browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE_S * 1000)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=SWITCHES)
        yield browser
        browser.close()


@contextmanager
def signed_out(browser: Browser, *, language: str = "en-US", size: ViewportSize = PHONE) -> Iterator[Page]:
    """A phone 320 px wide on which nobody has signed in. Any script error fails the test at its end."""
    context = browser.new_context(locale=language, viewport=size, timezone_id="Asia/Shanghai")
    page, errors = context.new_page(), list[str]()
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    context.close()
    assert errors == []


@contextmanager
def signed_in(
    browser: Browser, web: str, login: str, *, language: str = "en-US", size: ViewportSize = PHONE
) -> Iterator[Page]:
    """The same with that person signed in."""
    with signed_out(browser, language=language, size=size) as page:
        page.goto(web)
        page.fill("[name=login]", login)
        page.fill("[name=password]", cast.PASSWORD)
        page.click("form[action='/sign-in'] button")
        page.wait_for_url(f"{web}/")
        # A suite that has just lost a server may say "not now" first; the page asks again by itself.
        expect(page.locator("#overview")).to_be_visible()
        yield page
