"""What axe finds wrong with a page, by the rules of WCAG 2.2 A and AA."""

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.support.browser import HANDY, PHONE, WIDE

_AXE = Path(__file__).with_name("vendor") / "axe.min.js"
BOTH = ("en", "zh-CN")
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: Page) -> list[str]:
    """`rule: where`, of what is on the page now. A page's own policy forbids inline scripts, so axe is evaluated."""
    page.evaluate(_AXE.read_text("utf-8"))
    found = page.evaluate("rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", _RULES)
    assert found["passes"], "axe has looked at nothing"
    return [
        f"{each['id']}: {node['target']} {node['failureSummary']}"
        for each in found["violations"]
        for node in each["nodes"]
    ]


def assert_good_in_both_languages(page: Page, path: str) -> None:
    """WCAG 2.2 AA at every size, without a word or a button beside the screen."""
    for language in BOTH:
        for size in (WIDE, HANDY, PHONE):
            page.set_viewport_size(size)
            page.goto(f"{path}{'&' if '?' in path else '?'}lang={language}")
            expect(page.locator("html")).to_have_attribute("lang", language)
            assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
            assert violations(page) == []


def assert_fits_at_200_percent(page: Page) -> None:
    """Nothing lies beside the screen when the letters are twice as large."""
    size = page.viewport_size
    page.set_viewport_size(PHONE)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    assert violations(page) == []
    page.evaluate("document.documentElement.style.fontSize = ''")
    page.set_viewport_size(size or HANDY)
