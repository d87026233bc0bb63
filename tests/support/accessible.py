"""What axe finds wrong with a page, by the rules of WCAG 2.2 A and AA."""

from pathlib import Path

from playwright.sync_api import Page

_AXE = Path(__file__).with_name("vendor") / "axe.min.js"
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
